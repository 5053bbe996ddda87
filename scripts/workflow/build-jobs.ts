import { takenByFormat, takenByStage } from '../lib/core/hand-over.ts'
import { pinned } from './pins.ts'
import { expression, type Job, type Step, type WorkflowFacts } from './workflow.ts'

const READS = { contents: 'read' } as const
const PUSHED = "github.event_name == 'push'"
const TAG = expression(`${PUSHED} && github.ref_name || ''`)

/** The token of the workflow, for steps that speak to GitHub alone. */
export const TOKEN: Readonly<Record<string, string>> = { GITHUB_TOKEN: expression('github.token') }

/** The jobs from the tag to sealed files, one for each stage and format; they hold no secret and may only read. */
export function buildJobs(facts: WorkflowFacts): readonly Job[] {
  const onBase = facts.formats.some((format) => format.onBase)
  const stage = (verb: 'app' | 'deps' | 'base' | 'static', needs: readonly string[]): Job => ({
    name: verb,
    needs,
    permissions: READS,
    steps: slipwaySteps(facts, { verb, takes: takesOf(takenByStage(verb, facts.formats)), leaves: verb }),
  })
  return [
    planJob(facts),
    sourceJob(facts),
    stage('app', ['source']),
    stage('deps', ['source']),
    ...(onBase ? [stage('base', ['plan'])] : []),
    stage('static', ['app', 'deps']),
    ...facts.formats.map((format) => formatJob(facts, format)),
    lastJob(
      facts,
      'prove',
      facts.formats.map(({ name }) => name),
    ),
    ...(facts.rehearse.length > 0 ? [rehearseJob(facts)] : []),
    lastJob(facts, 'seal', [facts.rehearse.length > 0 ? 'rehearse' : 'prove']),
  ]
}

function planJob(facts: WorkflowFacts): Job {
  const preflight: Step = { if: PUSHED, uses: facts.slipway, with: { verb: 'preflight' }, env: TOKEN }
  return {
    name: 'plan',
    about:
      'Looks whether publishing can work before anything is built; only reads, but GitHub shows drafts to writers alone.',
    needs: [],
    permissions: { contents: 'write' },
    steps: [
      checkout(true),
      { uses: facts.slipway, with: { verb: 'plan', ...whereOf(facts), tag: TAG, leaves: 'plan' } },
      preflight,
    ],
  }
}

function sourceJob(facts: WorkflowFacts): Job {
  const inputs = { verb: 'source', project: facts.project, takes: 'plan', leaves: 'source' }
  return {
    name: 'source',
    needs: ['plan'],
    permissions: READS,
    steps: [checkout(true), { uses: facts.slipway, with: inputs }],
  }
}

function formatJob(facts: WorkflowFacts, format: WorkflowFacts['formats'][number]): Job {
  const { name, needs, onBase } = format
  const takes = takesOf(takenByFormat(format))
  return {
    name,
    needs: ['static', ...(onBase ? ['base'] : []), ...needs],
    permissions: READS,
    steps: slipwaySteps(facts, { verb: 'build', argument: name, takes, leaves: name }),
  }
}

function lastJob(facts: WorkflowFacts, verb: 'prove' | 'seal', needs: readonly string[]): Job {
  const takes = takesOf(takenByStage(verb, facts.formats))
  return { name: verb, needs, permissions: READS, steps: slipwaySteps(facts, { verb, takes, leaves: verb }) }
}

function rehearseJob(facts: WorkflowFacts): Job {
  const takes = takesOf(takenByStage('rehearse', facts.formats))
  return {
    name: 'rehearse',
    about:
      "Installs and starts what was built with the runner's Docker and PostgreSQL, before anybody can download it.",
    needs: ['prove'],
    permissions: READS,
    steps: slipwaySteps(facts, { verb: 'rehearse', argument: facts.rehearse.join(','), takes }),
  }
}

/** One verb of Slipway; a job of Slipway's own repository gets the action from the checkout. */
export function slipwaySteps(
  { slipway }: WorkflowFacts,
  inputs: Step['with'],
  rest: Partial<Step> = {},
): readonly Step[] {
  const step = { ...rest, uses: slipway, with: inputs }
  return slipway.startsWith('./') ? [checkout(false), step] : [step]
}

/** The pattern of the hand-overs that a job downloads (minimatch, as actions/download-artifact reads it). */
export function takesOf(names: readonly string[]): string {
  return names.length === 1 ? names.join('') : `{${names.join(',')}}`
}

function checkout(history: boolean): Step {
  const depth = history ? { 'fetch-depth': 0 } : {}
  return { uses: pinned('actions/checkout'), with: { 'persist-credentials': false, ...depth } }
}

function whereOf({ project, config }: WorkflowFacts): Readonly<Record<string, string>> {
  return { project, ...(config === undefined ? {} : { config }) }
}
