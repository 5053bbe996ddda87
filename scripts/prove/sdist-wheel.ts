import { mkdir, readdir, readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { parse as parseToml } from 'smol-toml'
import { extract } from 'tar'
import { z } from 'zod'
import { ReleaseError } from '../lib/core/error.ts'
import { buildByBackEnd } from '../lib/io/back-end.ts'
import { pathWithoutNode } from '../lib/io/path-without-node.ts'
import { inScratch } from '../lib/io/scratch.ts'
import type { Stage } from '../lib/io/stage.ts'
import { keepingLines } from './keeping-lines.ts'
import type { Members } from './members.ts'
import { zipMembers } from './zip-members.ts'

/** What differs between a project's own wheel and the one that its sdist gives. */
export interface SdistWheel {
  readonly findings: readonly string[]
  readonly notice?: string
}

/** Builds the wheel from the unpacked sdist, offline and without Node, and compares it with the one that is released. */
export async function proveSdistWheel(stage: Stage, sdist: string, wheel: string): Promise<SdistWheel> {
  return inScratch(join(stage.out, 'tmp', 'sdist-wheel'), async (scratch) => {
    const project = join(scratch, 'project')
    const unpack = async (): Promise<void> => {
      await rm(project, { recursive: true, force: true })
      await mkdir(project, { recursive: true })
      await extract({ file: join(stage.out, 'artifacts', sdist), cwd: project, strip: 1 })
    }
    const built = await buildAgain(stage, scratch, project, unpack)
    if (typeof built === 'string') return { findings: [built] }
    const missing = lostFiles(await zipMembers(join(stage.out, 'artifacts', wheel)), built)
    const findings = missing.lost.length === 0 ? [] : [await lostFinding(project, missing.lost, stage)]
    const { changed } = missing
    if (changed.length === 0) return { findings }
    return { findings, notice: `the wheel that the sdist gives has other bytes in ${changed.slice(0, 5).join(', ')}` }
  })
}

async function buildAgain(
  { plan, cache }: Stage,
  scratch: string,
  project: string,
  unpack: () => Promise<void>,
): Promise<Members | string> {
  const env = {
    HOME: scratch,
    PATH: await pathWithoutNode(join(scratch, 'bin')), // whoever installs from the sdist may have none
    SOURCE_DATE_EPOCH: String(plan.facts.epoch),
  }
  const to = join(scratch, 'dist')
  const build = async (more: Readonly<Record<string, string>>): Promise<boolean> => {
    await unpack()
    return buildByBackEnd({ plan, cache }, { project, to, kinds: ['wheel'], env: { ...env, ...more } }).then(
      () => true,
      isFailure,
    )
  }
  const offline = { UV_OFFLINE: '1' }
  // A machine that never built this project fetches the pinned back ends first, then builds again offline.
  const made = (await build(offline)) || ((await build({})) && (await build(offline)))
  if (!made) return 'gives no wheel without network and Node: whoever installs from it needs what the build needs'
  return zipMembers(join(to, (await readdir(to)).find((name) => name.endsWith('.whl')) ?? ''))
}

function isFailure(error: unknown): false {
  if (error instanceof ReleaseError && error.code === 'COMMAND_FAILED') return false
  throw error
}

// Written anew by whoever makes the wheel (binary distribution format).
const ANEW = /^[^/]+\.dist-info\/(?:RECORD|WHEEL)$/

function lostFiles(released: Members, built: Members): { lost: readonly string[]; changed: readonly string[] } {
  const compared = [...released].filter(([path]) => !ANEW.test(path))
  const sha256 = (members: Members, path: string): string | undefined => {
    const member = members.get(path)
    return member?.kind === 'file' ? member.sha256 : undefined
  }
  return {
    lost: compared.flatMap(([path]) => (built.has(path) ? [] : [path])),
    changed: compared.flatMap(([path]) =>
      built.has(path) && sha256(released, path) !== sha256(built, path) ? [path] : [],
    ),
  }
}

const backEndSchema = z.object({ 'build-system': z.object({ 'build-backend': z.string().default('') }).optional() })

async function lostFinding(project: string, lost: readonly string[], { plan }: Stage): Promise<string> {
  const text = await readFile(join(project, 'pyproject.toml'), 'utf8').catch(() => '')
  const backEnd = backEndSchema.parse(parseToml(text))['build-system']?.['build-backend'] ?? ''
  const more = lost.length > 3 ? ` and ${lost.length - 3} more` : ''
  const lines = keepingLines(backEnd, lost, plan.facts.python.root)
  return [`the wheel that it gives lacks ${lost.slice(0, 3).join(', ')}${more}`, ...lines].join('\n      ')
}
