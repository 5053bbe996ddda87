import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { execa } from 'execa'
import { load } from 'js-yaml'
import { downloadArtifact, uploadArtifact } from './artifacts.ts'
import { type Contexts, fill, holds } from './expression.ts'
import type { Action, Github, Step } from './model.ts'

/** Where jobs run and what stands in for GitHub. */
export interface Runner {
  readonly folder: string // everything lies below
  readonly origin: string // a bare repository
  readonly github: Github
  readonly env: Readonly<Record<string, string>>
  /** Actions of others that a test plays itself, by name without version. */
  readonly actions: Readonly<Record<string, (work: string, inputs: Contexts) => Promise<void>>>
  /** Composite actions of others, by name without version: the folders where they lie. */
  readonly composites?: Readonly<Record<string, string>>
}

/** One job on its own machine: folders of its own, and what its steps said. */
export interface Machine {
  readonly runner: Runner
  readonly root: string
  readonly work: string
  readonly log: string[]
}

/** A fresh machine. */
export async function openMachine(runner: Runner, name: string): Promise<Machine> {
  const root = join(runner.folder, 'jobs', name.replaceAll(/[^\w-]+/g, '-'))
  const work = join(root, 'work')
  for (const folder of [work, join(root, 'home'), join(root, 'temp')]) await mkdir(folder, { recursive: true })
  return { runner, root, work, log: [] }
}

/** Runs steps in order; gives the outputs of those with an id, throws at the first that fails. */
export async function runSteps(machine: Machine, steps: readonly Step[], contexts: Contexts): Promise<Contexts> {
  const outputs: Record<string, { readonly outputs: Contexts }> = {}
  for (const step of steps) {
    const now = { ...contexts, steps: outputs, job: { status: 'success' } }
    if (step.if !== undefined && !holds(step.if, now)) continue
    const result = step.run === undefined ? await runAction(machine, step, now) : await runShell(machine, step, now)
    if (step.id !== undefined) outputs[step.id] = { outputs: result }
  }
  return outputs
}

async function runAction(machine: Machine, step: Step, contexts: Contexts): Promise<Contexts> {
  const inputs = fill(step.with ?? {}, contexts) as Contexts
  const [name = ''] = (step.uses ?? '').split('@')
  const folder = name.startsWith('./') ? join(machine.work, name) : machine.runner.composites?.[name]
  if (folder !== undefined) return runComposite(machine, folder, inputs, { ...contexts, env: stepEnv(step, contexts) })
  const known = { ...BUILT_IN, ...machine.runner.actions }[name]
  if (known === undefined) throw new Error(`the action ${name} is not known here`)
  machine.log.push(`uses ${name}`)
  await known(machine.work, inputs, machine)
  return {}
}

type Played = (work: string, inputs: Contexts, machine: Machine) => Promise<void>

const BUILT_IN: Readonly<Record<string, Played>> = {
  'actions/checkout': checkout,
  'actions/upload-artifact': (work, inputs, { runner }) =>
    uploadArtifact(join(runner.folder, 'artifacts'), work, inputs),
  'actions/download-artifact': (work, inputs, { runner }) =>
    downloadArtifact(join(runner.folder, 'artifacts'), work, inputs),
}

/** The commit alone, or with `fetch-depth: 0` everything; a ref that was pushed exists in both. */
async function checkout(work: string, inputs: Contexts, { runner }: Machine): Promise<void> {
  const all = inputs['fetch-depth'] === 0
  const { ref_name: name } = runner.github
  const depth = all ? [] : ['--depth', '1', '--no-tags']
  await execa('git', ['clone', '--quiet', ...depth, '--branch', name, `file://${runner.origin}`, work])
}

/** Steps of an action.yml, with its defaults; its outputs are those that it names. */
export async function runComposite(
  machine: Machine,
  folder: string,
  given: Contexts,
  contexts: Contexts,
): Promise<Contexts> {
  const action = load(await readFile(join(folder, 'action.yml'), 'utf8')) as Action
  const declared = Object.entries(action.inputs ?? {})
  const names = declared.map(([name]) => name)
  const unknown = Object.keys(given).filter((name) => !names.includes(name))
  const lacking = declared.filter(([name, { required }]) => required === true && given[name] === undefined)
  if (unknown.length + lacking.length > 0)
    throw new Error(`inputs: ${unknown} unknown, ${lacking.map(([n]) => n)} lacking`)
  const inputs = Object.fromEntries(declared.map(([name, { default: value }]) => [name, given[name] ?? value ?? '']))
  const github = { ...(contexts['github'] as object), action_path: folder }
  const steps = await runSteps(machine, action.runs.steps, { ...contexts, github, inputs })
  return fill(Object.fromEntries(Object.entries(action.outputs ?? {}).map(([name, { value }]) => [name, value])), {
    steps,
    inputs,
    github,
  }) as Contexts
}

function stepEnv(step: Step, contexts: Contexts): Readonly<Record<string, string>> {
  return fill(step.env ?? {}, contexts) as Readonly<Record<string, string>>
}

async function runShell(machine: Machine, step: Step, contexts: Contexts): Promise<Contexts> {
  const { runner, root, work, log } = machine
  const output = join(root, 'temp', `output-${log.length}`)
  await writeFile(output, '')
  const { action_path: actionPath } = contexts['github'] as { readonly action_path?: string }
  const env = {
    ...runner.env,
    HOME: join(root, 'home'),
    TMPDIR: join(root, 'temp'),
    CI: 'true',
    GITHUB_ACTIONS: 'true',
    GITHUB_OUTPUT: output,
    GITHUB_WORKSPACE: work,
    GITHUB_REPOSITORY: runner.github.repository,
    GITHUB_REF_NAME: runner.github.ref_name,
    ...(actionPath === undefined ? {} : { GITHUB_ACTION_PATH: actionPath }),
    ...(contexts['env'] as Readonly<Record<string, string>> | undefined), // of the step that called a composite action
    ...stepEnv(step, contexts),
  }
  log.push(`$ ${step.run}`)
  const options = { cwd: work, env, extendEnv: false, all: true, reject: false, stdin: 'ignore' } as const
  // https://docs.github.com/actions/reference/workflow-syntax-for-github-actions: how bash is started.
  const words = step.shell === 'bash' ? ['--noprofile', '--norc', '-eo', 'pipefail'] : ['-e']
  const { exitCode, all } = await execa('bash', [...words, '-c', step.run ?? ''], options)
  log.push(all)
  if (exitCode !== 0) throw new Error(`exit code ${exitCode}`)
  return Object.fromEntries((await readFile(output, 'utf8')).split('\n').filter(Boolean).map(pair))
}

function pair(line: string): readonly [string, string] {
  const at = line.indexOf('=')
  if (at < 1) throw new Error(`not an output: ${line}`)
  return [line.slice(0, at), line.slice(at + 1)]
}
