import { mkdir, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type MadeRequirements, type RequirementLine, requirementLines } from '../lib/core/requirement-lines.ts'
import type { Tree } from '../lib/core/tree.ts'
import type { Stage } from '../lib/io/stage.ts'
import { allowWheels, type GivenWheel, givenWheels } from './given-wheels.ts'

/** What uv is asked to install, the same for every target. */
export interface Requirements {
  readonly files: readonly string[] // absolute paths
  readonly constraints: readonly string[] // absolute paths
  readonly findLinks: readonly string[]
  /** Whether every requirement carries hashes. */
  readonly locked: boolean
  /** Nothing newer than this is taken (RFC 3339). */
  readonly notAfter?: string
  readonly notice?: string
}

/** Folders of the wheels that the configuration gives. */
export async function wheelFolders({ plan, out }: Stage): Promise<readonly string[]> {
  const folders = plan.facts.deps.wheels.map((path) => join(out, 'inputs', path))
  await Promise.all(folders.map((folder) => stat(folder)))
  return folders
}

/** Wheels that the stage built itself. */
export interface MoreWheels {
  readonly folders: readonly string[] // absolute
  readonly wheels: readonly GivenWheel[]
}

/** The project's requirements and wheel folders, and how far they are locked; rewritten files lie in `scratch`. */
export async function requirementsOf(
  stage: Stage,
  source: Tree,
  made: MadeRequirements,
  scratch: string,
  more: MoreWheels = { folders: [], wheels: [] },
): Promise<Requirements> {
  const { python, deps, epoch, commit } = stage.plan.facts
  const findLinks = [...(await wheelFolders(stage)), ...more.folders]
  const lines = await requirementLines(source, python.requirements, made)
  const unlocked = lines.filter(isUnlocked)
  const plain = python.requirements.filter((path) => made[path] === undefined)
  const listed = plain.map((path) => join(stage.out, 'source', path)) // where they lie: they may name files beside them
  if (unlocked.length === 0) {
    const wheels = [...givenWheels(stage.plan.inputs.files, deps.wheels), ...more.wheels]
    if (wheels.length === 0 && listed.length === python.requirements.length) {
      return { files: listed, constraints: [], findLinks, locked: true }
    }
    return { ...(await rewrite(scratch, lines, (text) => allowWheels(text, wheels))), findLinks, locked: true }
  }
  const rewritten = await rewrite(
    scratch,
    lines.filter(({ file }) => made[file] !== undefined),
  )
  const files = [...listed, ...rewritten.files]
  const which = describe(unlocked)
  if (commit === '') return { files, constraints: [], findLinks, locked: false, notice: unlockedToday(which) }
  const notAfter = new Date(epoch * 1000).toISOString().replace('.000Z', 'Z')
  return { files, constraints: [], findLinks, locked: false, notAfter, notice: unlockedThen(which, notAfter) }
}

/** Options say how to fetch, constraints require nothing; every other line must say which bytes (pip, --require-hashes). */
function isUnlocked({ text, constraint }: RequirementLine): boolean {
  return constraint === undefined && !/^-(?!e\b)(?!-editable\b)/.test(text) && !/\s--hash[= ]/.test(text)
}

async function rewrite(
  scratch: string,
  lines: readonly RequirementLine[],
  change: (text: string) => string = (text) => text,
): Promise<Pick<Requirements, 'files' | 'constraints'>> {
  await mkdir(scratch, { recursive: true })
  const write = async (name: string, chosen: readonly RequirementLine[]): Promise<readonly string[]> => {
    if (chosen.length === 0) return []
    const file = join(scratch, name)
    await writeFile(file, change(`${chosen.map(({ text }) => text).join('\n')}\n`))
    return [file]
  }
  return {
    files: await write(
      'requirements.txt',
      lines.filter(({ constraint }) => constraint === undefined),
    ),
    constraints: await write(
      'constraints.txt',
      lines.filter(({ constraint }) => constraint !== undefined),
    ),
  }
}

/** The first requirement without a hash, by its place and name alone: a URL may hold a password. */
function describe(unlocked: readonly RequirementLine[]): string {
  const [first] = unlocked
  const name = /^[\w.-]+/.exec(first?.text ?? '')?.[0] ?? ''
  const more = unlocked.length > 1 ? ` and ${unlocked.length - 1} more` : ''
  return `${first?.file}:${first?.number} ${name}${more}`.trimEnd()
}

const unlockedToday = (which: string): string =>
  `requirements are not locked with hashes (${which}) and there is no commit: taken as the index has them today, another day gives other bytes`

const unlockedThen = (which: string, when: string): string =>
  `requirements are not locked with hashes (${which}): taken as the index had them at ${when}; publishing wants a lock`
