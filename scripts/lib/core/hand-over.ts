import { ReleaseError } from './error.ts'
import type { Plan } from './plan.ts'

/** What each stage leaves for those after it, relative to dist/. */
const STAGES: Readonly<Record<string, readonly string[]>> = {
  plan: ['plan.json', 'inputs'],
  source: ['source.json', 'source'],
  app: ['app.json', 'app', 'sdist.json', 'sdist'],
  deps: ['deps.json', 'vendor'],
  base: ['base.json', 'base'],
  static: ['static.json', 'static'],
  prove: ['proof.json'],
}

/** Everything in dist/ that is made for a plan: it means nothing to another one. */
export const AFTER_PLAN: readonly string[] = [
  ...Object.entries(STAGES).flatMap(([name, paths]) => (name === 'plan' ? [] : paths)),
  'built',
  'artifacts',
  'hand-over',
  'release-notes.md', // of a simulated publishing
]

/** Paths of one hand-over: a stage's, a planned format's by its name, or `seal`'s; what a stage did not leave may be absent. */
export function handOverPaths(plan: Plan, name: string): readonly string[] {
  if (name === 'seal') return plan.sealed.map((output) => `artifacts/${output.name}`)
  const format = plan.formats.find((candidate) => candidate.name === name)
  if (format !== undefined) {
    return [`built/${name}.json`, ...format.outputs.map((output) => `artifacts/${output.name}`)]
  }
  const paths = STAGES[name]
  if (paths !== undefined) return paths
  throw new ReleaseError('USAGE', `there is no hand-over ${name}`, {
    hint: `There are ${handOverNames(plan).join(', ')}.`,
  })
}

/** Every hand-over of a planned release. */
export function handOverNames(plan: Plan): readonly string[] {
  const stages = Object.keys(STAGES).filter((name) => name !== 'base' || plan.bases.length > 0)
  return [...stages, ...plan.formats.map(({ name }) => name), 'seal']
}
