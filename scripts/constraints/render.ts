import type { Architecture } from '../lib/core/facts.ts'
import type { HashedPackage, Package } from './packages.ts'

/** What one file says. */
export interface ConstraintsInput {
  readonly file: string // its own name, for the command in its head
  readonly title: string
  readonly python: string
  readonly application: HashedPackage
  readonly machines: readonly { readonly arch: Architecture; readonly packages: readonly Package[] }[]
  readonly hashes: (one: Package) => readonly string[]
}

const MACHINES = { amd64: 'x86_64', arm64: 'aarch64' } as const

/** A requirements file in pip's format: the application and its dependencies, pinned; with hashes when every one has some. */
export function renderConstraints(input: ConstraintsInput): string {
  const { application, machines, hashes } = input
  const rows = pinnedRows(machines).map(({ marker, ...one }) => ({ ...one, marker, hashes: hashes(one) }))
  const hashed = rows.every((row) => row.hashes.length > 0)
  const lines = [{ ...application, marker: '' }, ...rows].map((row) => renderRow(row, hashed))
  return `${[...head(input, hashed), ...lines].join('\n')}\n`
}

function head({ file, title, python, application, machines }: ConstraintsInput, hashed: boolean): readonly string[] {
  const where = machines.map(({ arch }) => arch).join(' and ')
  const install = `pip install${hashed ? ' --require-hashes' : ''} --requirement ${file}`
  return [
    `# ${title} ${application.version} and everything that it needs on Python ${python}, Linux on ${where}:`,
    `#     ${install}`,
    '# uv tool install takes it with --constraints.',
    ...(hashed ? [] : ['# Without hashes: the requirements of this release have none.']),
  ]
}

interface Row extends HashedPackage {
  readonly marker: string
}

/** Each name and version once, with a marker where not every machine has it. */
function pinnedRows(machines: ConstraintsInput['machines']): readonly (Package & { readonly marker: string })[] {
  const all = machines.flatMap(({ arch, packages }) => packages.map((one) => ({ ...one, arch })))
  return [...Map.groupBy(all, ({ name, version }) => `${name}==${version}`).entries()]
    .toSorted(([one], [other]) => (one < other ? -1 : 1))
    .flatMap(([, [first, ...others]]) => {
      if (first === undefined) return []
      const there = [first, ...others].map(({ arch }) => `platform_machine == '${MACHINES[arch]}'`)
      const marker = there.length === machines.length ? '' : there.join(' or ')
      return [{ name: first.name, version: first.version, marker }]
    })
}

function renderRow({ name, version, marker, hashes }: Row, hashed: boolean): string {
  const pin = `${name}==${version}${marker === '' ? '' : ` ; ${marker}`}`
  return hashed ? [pin, ...hashes.map((hash) => `    --hash=sha256:${hash}`)].join(' \\\n') : pin
}
