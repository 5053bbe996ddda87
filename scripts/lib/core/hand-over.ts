import { ReleaseError } from './error.ts'
import type { Plan } from './plan.ts'

/** What each stage leaves for those after it, relative to dist/. */
const STAGES: Readonly<Record<string, readonly string[]>> = {
  plan: ['plan.json', 'inputs'],
  source: ['source.json', 'source'],
  app: ['app.json', 'app', 'sdist.json', 'sdist'],
  deps: ['deps.json', 'vendor'],
  base: ['base.json', 'base'],
  static: ['static.json', 'static', 'deps.json'], // which requirements were resolved, for formats without their files
  prove: ['proof.json', 'static.json'], // seal compares both
}

/** What comes with each format, small: publish asks whether dependencies and image base were locked. */
const BESIDES: readonly string[] = ['deps.json', 'base.json']

/** A planned format, as far as jobs depend on it. */
export interface HandedFormat {
  readonly name: string
  readonly needs: readonly string[]
  readonly onDeps: boolean // it carries dependencies
  readonly onBase: boolean // it builds on an image base
}

/** The hand-overs that a format is built from. */
export function takenByFormat({ needs, onDeps, onBase }: HandedFormat): readonly string[] {
  return ['plan', 'source', 'app', ...(onDeps ? ['deps'] : []), 'static', ...(onBase ? ['base'] : []), ...needs]
}

/** A stage that is a job of its own. */
export type StageVerb = 'source' | 'app' | 'deps' | 'base' | 'static' | 'prove' | 'rehearse' | 'seal' | 'publish'

const TAKEN: Readonly<Record<StageVerb, (formats: readonly string[]) => readonly string[]>> = {
  source: () => ['plan'],
  app: () => ['plan', 'source'],
  deps: () => ['plan', 'source'],
  base: () => ['plan'],
  static: () => ['plan', 'source', 'app', 'deps'],
  prove: (formats) => ['plan', 'static', ...formats],
  rehearse: (formats) => ['plan', 'prove', ...formats],
  seal: (formats) => ['plan', 'prove', ...formats],
  publish: (formats) => ['plan', 'source', 'prove', 'seal', ...formats],
}

/** The hand-overs that a stage reads. */
export function takenByStage(stage: StageVerb, formats: readonly HandedFormat[]): readonly string[] {
  return TAKEN[stage](formats.map(({ name }) => name))
}

/** Everything in dist/ that is made for a plan: it means nothing to another one. */
export const AFTER_PLAN: readonly string[] = [
  ...Object.entries(STAGES).flatMap(([name, paths]) => (name === 'plan' ? [] : paths)),
  'built',
  'artifacts',
  'hand-over',
  'rehearsal.json',
  'subjects.sha256',
  'release-notes.md', // of a simulated publishing
]

/** Paths of one hand-over: a stage's, a planned format's by its name, or `seal`'s; what a stage did not leave may be absent. */
export function handOverPaths(plan: Plan, name: string): readonly string[] {
  if (name === 'seal') return plan.sealed.map((output) => `artifacts/${output.name}`)
  const format = plan.formats.find((candidate) => candidate.name === name)
  if (format !== undefined) {
    return [`built/${name}.json`, ...BESIDES, ...format.outputs.map((output) => `artifacts/${output.name}`)]
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
