import picomatch from 'picomatch'
import { ReleaseError } from '../lib/core/error.ts'
import type { Frontend } from '../lib/core/facts.ts'
import { inProject } from '../lib/core/project-root.ts'
import { isLink, type Tree, type TreeEntry } from '../lib/core/tree.ts'
import type { Stage } from '../lib/io/stage.ts'

/**
 * Compares what the front ends left with what is committed: FRONTEND_FAILED with each file that differs where the
 * outputs are `committed`, a notice where a build left nothing that the source does not have.
 */
export function compareCommitted({ plan, report }: Stage, source: Tree, entries: readonly TreeEntry[]): void {
  const { frontends, python, commit } = plan.facts
  const made = new Map(entries.map((entry) => [inProject(python, entry.path), contentOf(entry)]))
  for (const frontend of frontends) {
    const outputs = picomatch([...frontend.output], { dot: true })
    const left = new Map([...made].filter(([path]) => outputs(path)))
    const known = new Map(
      source.files.flatMap((entry) => (outputs(entry.path) ? [[entry.path, contentOf(entry)]] : [])),
    )
    const lines = differences(left, known)
    if (frontend.committed === true) assertEqual(frontend, lines)
    else if (commit !== '' && left.size > 0 && lines.every((line) => line.startsWith(GONE)))
      report.notice(`${frontend.dir}: the build left only what is committed already: ${some([...left.keys()])}`)
  }
}

const GONE = 'not made any more: '

function differences(left: ReadonlyMap<string, string>, known: ReadonlyMap<string, string>): readonly string[] {
  const made = [...left].flatMap(([path, content]) => {
    if (known.get(path) === content) return []
    return [`${known.has(path) ? 'other bytes' : 'not committed'}: ${path}`]
  })
  return [...made, ...[...known.keys()].filter((path) => !left.has(path)).map((path) => GONE + path)]
}

function assertEqual({ dir }: Frontend, lines: readonly string[]): void {
  if (lines.length === 0) return
  const message = [`${dir}: what is committed is not what the build makes:`, ...lines.map((line) => `  ${line}`)]
  throw new ReleaseError('FRONTEND_FAILED', message.join('\n'), {
    hint: 'Build it with the tools that the plan names and commit what it leaves, or remove `committed` from the front end.',
  })
}

const contentOf = (entry: TreeEntry): string => (isLink(entry) ? entry.link : entry.sha256)

function some(paths: readonly string[]): string {
  return paths.length > 3 ? `${paths.slice(0, 3).join(', ')} and ${paths.length - 3} more` : paths.join(', ')
}
