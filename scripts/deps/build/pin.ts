import { parse as parseToml } from 'smol-toml'
import { dependencyFile, normaliseName } from '../../lib/core/dependency-files.ts'
import { ReleaseError } from '../../lib/core/error.ts'
import type { BuildRule } from '../../lib/core/facts.ts'
import { requirementLines } from '../../lib/core/requirement-lines.ts'
import type { Tree } from '../../lib/core/tree.ts'
import { textOf } from '../dependency-source.ts'

/** The one version of a package that the project's dependency files ask for, and the hashes they lock it with. */
export interface Pin {
  readonly name: string // normalised
  readonly version: string
  readonly hashes: readonly string[] // sha256 of its files; none where nothing locks it
}

/** What is pinned of a package that is to be built; DEPS_UNRESOLVED where that is no single version. */
export async function pinOf(source: Tree, files: readonly string[], name: string, rule: BuildRule): Promise<Pin> {
  const all = (await Promise.all(files.map((file) => pinsIn(source, file)))).flat()
  const pins = all.filter((pin) => pin.name === name && (rule.version ?? pin.version) === pin.version)
  const versions = [...new Set(pins.map(({ version }) => version))]
  const [version = rule.version] = versions
  if (version === undefined || versions.length > 1) {
    const found = versions.length === 0 ? 'no exact version' : `several versions (${versions.join(', ')})`
    throw new ReleaseError('DEPS_UNRESOLVED', `${name} is to be built, and the requirements pin ${found} of it`, {
      hint: `Pin it there (${name}==1.2), or write \`version\` below deps.build.${name} in slipway.yaml.`,
    })
  }
  return { name, version, hashes: [...new Set(pins.flatMap(({ hashes }) => hashes))] }
}

async function pinsIn(source: Tree, file: string): Promise<readonly Pin[]> {
  const kind = dependencyFile(file)
  if (kind === 'requirements') return (await requirementLines(source, [file])).flatMap(({ text }) => pinOfLine(text))
  const document = tableOf(parseToml((await textOf(source, file)) ?? ''))
  if (kind === 'pyproject') return linesOf(tableOf(document['project'])).flatMap(pinOfLine)
  const old = tableOf(tableOf(document['metadata'])['files']) // poetry.lock until Poetry 1.2
  return rowsOf(document['package'] ?? document['packages']).flatMap((row) => pinOfRow(row, old))
}

// pip's requirements format and PEP 508: name, extras, an exact version; hashes behind.
function pinOfLine(text: string): readonly Pin[] {
  const [, name, version] = /^\s*([\w.-]+)\s*(?:\[[^\]]*\])?\s*\(?={2,3}\s*([^\s;,)*]+)(?=[\s;,)]|$)/.exec(text) ?? []
  if (name === undefined || version === undefined) return []
  const hashes = [...text.matchAll(/--hash[= ]sha256:([0-9a-f]{64})/g)].map(([, hash = '']) => hash)
  return [{ name: normaliseName(name), version, hashes }]
}

/** An entry of a lock: wherever its format has hashes of files, they are 64 hexadecimal digits. */
function pinOfRow(row: Table, old: Table): readonly Pin[] {
  const { name, version } = row
  if (typeof name !== 'string' || typeof version !== 'string') return []
  const hashes = JSON.stringify([row, old[name] ?? []]).match(/\b[0-9a-f]{64}\b/g) ?? []
  return [{ name: normaliseName(name), version, hashes }]
}

type Table = Readonly<Record<string, unknown>>

const isTable = (value: unknown): value is Table => value !== null && typeof value === 'object'

const tableOf = (value: unknown): Table => (isTable(value) ? value : {})

const rowsOf = (value: unknown): readonly Table[] => (Array.isArray(value) ? value.filter(isTable) : [])

function linesOf(project: Table): readonly string[] {
  const lists = [project['dependencies'], ...Object.values(tableOf(project['optional-dependencies']))]
  return lists.flatMap((list) => (Array.isArray(list) ? list.map(String) : []))
}
