import { execa } from 'execa'
import { load } from 'js-yaml'
import { type Contexts, fill, holds } from './expression.ts'
import { openMachine, type Runner, runSteps } from './job.ts'
import type { Job, Workflow } from './model.ts'

/** How a job ended. */
export interface Outcome {
  readonly result: 'success' | 'failure' | 'skipped'
  readonly outputs: Contexts
  readonly folders: readonly string[] // work folder of each instance
  readonly said: string // of the instances that failed
}

export type Outcomes = ReadonlyMap<string, Outcome>

/** Runs a workflow of the origin: each job as soon as those that it needs have ended, each instance of a matrix on a machine of its own. */
export async function runWorkflow(runner: Runner, path: string, inputs: Contexts = {}, prefix = ''): Promise<Outcomes> {
  const file = path.replace(/^\.\//, '')
  const { stdout } = await execa('git', ['show', `${runner.github.ref_name}:${file}`], { cwd: runner.origin })
  const { jobs } = load(stdout) as Workflow
  const outcomes = new Map<string, Outcome>()
  const ends = new Map<string, Promise<void>>()
  const end = (name: string): Promise<void> => {
    const known = ends.get(name) ?? play(name)
    ends.set(name, known)
    return known
  }
  const play = async (name: string): Promise<void> => {
    const job = jobs[name]
    if (job === undefined) throw new Error(`there is no job ${name}`)
    await Promise.all(needsOf(job).map(end))
    const contexts = { inputs, ...(await context(runner, job, jobs, outcomes)) }
    outcomes.set(name, await runJob(runner, `${prefix}${name}`, job, contexts))
  }
  const names = Object.keys(jobs)
  await Promise.all(names.map(end))
  return new Map(names.map((name) => [name, outcomes.get(name) as Outcome]))
}

const needsOf = ({ needs = [] }: Job): readonly string[] => [needs].flat()

/** What a job may name. Status functions look at every ancestor, as GitHub's do. */
async function context(
  { github }: Runner,
  job: Job,
  jobs: Workflow['jobs'],
  outcomes: Outcomes,
): Promise<Contexts & { readonly job: { readonly status: string } }> {
  const results = ancestors(job, jobs).map((name) => outcomes.get(name)?.result)
  const worst = ['failure', 'skipped'].find((result) => results.some((one) => one === result))
  const needs = Object.fromEntries(needsOf(job).map((name) => [name, outcomes.get(name)]))
  return { github, needs, job: { status: worst ?? 'success' } }
}

function ancestors(job: Job, jobs: Workflow['jobs']): readonly string[] {
  return needsOf(job).flatMap((name) => [name, ...ancestors(jobs[name] ?? {}, jobs)])
}

const STATUS = /\b(?:success|failure|cancelled|always)\(/

async function runJob(runner: Runner, name: string, job: Job, contexts: Contexts): Promise<Outcome> {
  const condition = job.if ?? 'success()'
  const { status } = contexts['job'] as { readonly status: string }
  if ((!STATUS.test(condition) && status !== 'success') || !holds(condition, contexts)) {
    return { result: 'skipped', outputs: {}, folders: [], said: '' }
  }
  if (job.uses !== undefined) return runReusable(runner, name, job, contexts)
  const instances = instancesOf(fill(job.strategy?.matrix ?? {}, contexts) as Contexts)
  const ended = await Promise.all(instances.map((matrix) => runInstance(runner, name, job, { ...contexts, matrix })))
  return {
    result: ended.every(({ result }) => result === 'success') ? 'success' : 'failure',
    outputs: Object.assign({}, ...ended.map(({ outputs }) => outputs)),
    folders: ended.flatMap(({ folders }) => folders),
    said: ended.map(({ said }) => said).join(''),
  }
}

/** Every combination of the lists, and then the rows of `include` where there are no lists. */
function instancesOf({ include, ...lists }: Contexts): readonly Contexts[] {
  const names = Object.keys(lists)
  if (include !== undefined) {
    if (names.length > 0) throw new Error('include beside lists is not known here')
    return include as readonly Contexts[]
  }
  return names.reduce<readonly Contexts[]>(
    (rows, name) => rows.flatMap((row) => (lists[name] as unknown[]).map((value) => ({ ...row, [name]: value }))),
    [{}],
  )
}

async function runInstance(runner: Runner, name: string, job: Job, contexts: Contexts): Promise<Outcome> {
  const machine = await openMachine(runner, [name, ...Object.values(contexts['matrix'] as object)].join('-'))
  try {
    const steps = await runSteps(machine, job.steps ?? [], contexts)
    const outputs = fill(job.outputs ?? {}, { ...contexts, steps }) as Contexts
    return { result: 'success', outputs, folders: [machine.work], said: '' }
  } catch (error) {
    const said = `${machine.root}\n${machine.log.join('\n')}\n${String(error)}\n`
    return { result: 'failure', outputs: {}, folders: [machine.work], said }
  }
}

async function runReusable(runner: Runner, name: string, job: Job, contexts: Contexts): Promise<Outcome> {
  const inputs = fill(job.with ?? {}, contexts) as Contexts
  const inner = [...(await runWorkflow(runner, job.uses ?? '', inputs, `${name}-`)).values()]
  return {
    result: inner.some(({ result }) => result === 'failure') ? 'failure' : 'success',
    outputs: {},
    folders: inner.flatMap(({ folders }) => folders),
    said: inner.map(({ said }) => said).join(''),
  }
}
