import { chmodSync, existsSync, readFileSync, renameSync, rmSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { promisedOutputs } from '../../scripts/lib/core/plan.ts'
import { makePlan } from '../../scripts/plan/make-plan.ts'
import { FORMATS, VALID } from '../config/valid.ts'
import { git, projectIn, SHELF, shelfRepository, temporaryFolder, write } from './repository.ts'

// git shows whatever the program for signatures says of it, were it only that it is none.
const SIGNATURE = 'gpgsig -----BEGIN PGP SIGNATURE-----\n \n AAAA\n -----END PGP SIGNATURE-----'
const COMMIT_TIME = Date.parse('2026-03-01T12:00:00Z') / 1000

describe('the version of a plan', () => {
  it('is that of the tag at HEAD, with the versions known from other tags', async () => {
    const folder = shelfRepository()
    for (const tag of ['v1.10.0', 'v1.2.0', 'v1.2.0-rc.1', 'v0.9', 'nightly']) git(folder, 'tag', tag)
    git(folder, 'tag', '--delete', 'v1.10.0')
    git(folder, 'commit', '--quiet', '--allow-empty', '--message', 'chore: next')
    git(folder, 'tag', 'v1.10.0')
    git(folder, 'checkout', '--quiet', 'v1.2.0')
    const { facts, history, notices } = await makePlan(projectIn(folder), FORMATS)
    expect(facts.version).toMatchObject({ tag: 'v1.2.0', plain: '1.2.0', debian: { value: '1.2.0' } })
    expect({ trial: facts.trial, notices }).toEqual({ trial: false, notices: [] })
    expect(facts.commit).toBe(git(folder, 'rev-parse', 'HEAD').trim())
    expect(facts.epoch).toBe(COMMIT_TIME)
    expect(history).toEqual(['0.9', '1.2.0-rc.1', '1.2.0', '1.10.0'])
  })

  it('comes with commits and changed files since the newest older release, for the notes', async () => {
    const folder = shelfRepository()
    git(folder, 'tag', 'v1.0.0')
    write(folder, { 'shelf/new.py': '' })
    git(folder, 'add', '.')
    git(folder, 'commit', '--quiet', '--message', 'feat: shelves\n\nin the body')
    git(folder, 'commit', '--quiet', '--allow-empty', '--message', 'nothing of the project')
    git(folder, 'tag', 'v1.2.0')
    git(folder, 'tag', 'v2.0.0-rc.1')
    const { changes, changedFiles } = await makePlan(projectIn(folder, { tag: 'v1.2.0' }), FORMATS)
    expect(changes).toEqual(['feat: shelves'])
    expect(changedFiles).toEqual({ since: 'v1.0.0', files: [{ path: 'shelf/new.py', how: 'added' }] })
    git(folder, 'tag', '--delete', 'v1.0.0')
    const first = await makePlan(projectIn(folder, { tag: 'v1.2.0' }), FORMATS)
    expect({ changes: first.changes, changedFiles: first.changedFiles }).toEqual({ changes: [] })
  })

  it('is that of the tree, as a trial, where no tag is at HEAD', async () => {
    const { facts, notices } = await makePlan(projectIn(shelfRepository()), FORMATS)
    expect(facts.version).toMatchObject({ tag: 'v1.2.0', plain: '1.2.0' })
    expect(facts.trial).toBe(true)
    expect(notices).toEqual(["trial: no release tag is at HEAD, the tree's version 1.2.0 is used"])
  })

  it('may be that of a tag which is still to be made, as a trial', async () => {
    const { facts, notices } = await makePlan(projectIn(shelfRepository(), { tag: 'v1.2.0' }), FORMATS)
    expect({ tag: facts.version.tag, trial: facts.trial }).toEqual({ tag: 'v1.2.0', trial: true })
    expect(notices).toEqual(['trial: the tag v1.2.0 is not in this checkout'])
  })

  it('comes with the time of the commit, whatever git is set up to show of commits', async () => {
    const folder = shelfRepository()
    const signed = git(folder, 'cat-file', 'commit', 'HEAD').replace('\n\n', `\n${SIGNATURE}\n\n`)
    write(folder, { '.git/signed': signed })
    git(folder, 'reset', '--quiet', git(folder, 'hash-object', '-t', 'commit', '-w', '.git/signed').trim())
    git(folder, 'config', 'log.showSignature', 'true')
    expect((await makePlan(projectIn(folder), FORMATS)).facts.epoch).toBe(COMMIT_TIME)
  })

  it('follows an annotated tag to its commit', async () => {
    const folder = shelfRepository()
    git(folder, 'tag', '--annotate', '--message', 'shelf 1.2.0', 'v1.2.0')
    expect((await makePlan(projectIn(folder), FORMATS)).facts.trial).toBe(false)
  })

  it('is refused where the tag asked for is at another commit', async () => {
    const folder = shelfRepository()
    git(folder, 'tag', 'v1.2.0')
    git(folder, 'commit', '--quiet', '--allow-empty', '--message', 'chore: next')
    await expect(makePlan(projectIn(folder, { tag: 'v1.2.0' }), FORMATS)).rejects.toMatchObject({
      code: 'CHECKOUT_REFUSED',
      hint: 'Run `git checkout v1.2.0` first.',
    })
  })

  it('is refused where files of the tree say another, each named with what it says', async () => {
    const folder = shelfRepository({ 'shelf/__init__.py': '__version__ = "1.1.0"\n' })
    git(folder, 'tag', 'v1.2.0')
    await expect(makePlan(projectIn(folder), FORMATS)).rejects.toMatchObject({
      code: 'VERSION_MISMATCH',
      message: [
        'tag v1.2.0 says 1.2.0, but not every file agrees',
        '  pyproject.toml says 1.2.0',
        '  shelf/__init__.py says 1.1.0',
      ].join('\n'),
    })
  })

  it('is refused where a file does not say any', async () => {
    const folder = shelfRepository({ 'shelf/__init__.py': '', 'pyproject.toml': '[project\n' })
    await expect(makePlan(projectIn(folder, { tag: 'v1.2.0' }), FORMATS)).rejects.toThrow(
      '  pyproject.toml has no text at project.version\n  shelf/__init__.py has nothing like the pattern',
    )
  })

  it('agrees with a tree that spells the same version in its own way', async () => {
    const spelled = {
      'pyproject.toml': '[project]\nversion = "1.2.0-rc.1"\n',
      'shelf/__init__.py': '__version__ = "1.2.0rc1"',
    }
    const folder = shelfRepository(spelled)
    git(folder, 'tag', 'v1.2.0-rc.1')
    expect((await makePlan(projectIn(folder), FORMATS)).facts.version.pep440).toEqual({ value: '1.2.0rc1' })
  })
})

describe('a plan', () => {
  it('promises every output by name, and what seal writes', async () => {
    const plan = await makePlan(projectIn(shelfRepository()), FORMATS)
    expect(promisedOutputs(plan).map(({ name }) => name)).toEqual(['shelf-3.11.deb', 'release.json', 'SHA256SUMS'])
    expect(plan.targets).toEqual([{ python: '3.11', arch: 'amd64' }])
  })

  it('names exact tools', async () => {
    const { facts } = await makePlan(projectIn(shelfRepository()), FORMATS)
    expect(facts.tools).toEqual({ node: { web: '22.23.3' }, managers: { web: 'npm@10.9.9' }, uv: '0.13.8' })
  })

  it('takes from the root what a front end in a workspace lacks, but no second lock', async () => {
    const root = { 'pnpm-lock.yaml': "lockfileVersion: '9.0'\n", '.nvmrc': '20\n' }
    const own = await makePlan(projectIn(shelfRepository(root)), FORMATS)
    expect(own.facts.tools).toMatchObject({ node: { web: '20.20.2' }, managers: { web: 'npm@10.9.9' } })
    const folder = shelfRepository({ ...root, 'pnpm-workspace.yaml': 'packages: [web]\n' })
    git(folder, 'rm', '--quiet', 'web/package-lock.json')
    git(folder, 'commit', '--quiet', '--message', 'build: one lock')
    const shared = await makePlan(projectIn(folder), FORMATS)
    expect(shared.facts.tools.managers).toEqual({ web: 'pnpm@10.34.9' })
    expect(shared.facts.tools.unlocked).toBeUndefined()
  })

  it('has the same bytes from another clone, another folder and other modes, and no path of this machine', async () => {
    const folder = shelfRepository({
      'slipway.yaml': VALID.replace('  collect:', '  overlay: local\n  collect:'),
      'local/x.py': 'x\n',
    })
    const clone = join(temporaryFolder(), 'elsewhere')
    git(folder, 'clone', '--quiet', folder, clone)
    chmodSync(join(clone, 'slipway.yaml'), 0o600)
    await makePlan(projectIn(folder), FORMATS)
    await makePlan(
      projectIn(clone, { out: join(temporaryFolder(), 'other-dist'), config: join(clone, 'slipway.yaml') }),
      FORMATS,
    )
    await makePlan(projectIn(clone), FORMATS)
    const [first, second] = [folder, clone].map((place) => readFileSync(join(place, 'dist/plan.json'), 'utf8'))
    expect(second).toBe(first)
    expect(first).not.toContain(folder)
    expect(first).not.toContain('/tmp')
  })

  it('works in a sub-folder of a repository, where only that folder must be clean', async () => {
    const root = shelfRepository({}, 'apps/shelf')
    write(root, { 'apps/other/new.txt': 'new' })
    const plan = await makePlan(projectIn(join(root, 'apps/shelf')), FORMATS)
    expect(plan.checkout).toEqual({ kind: 'git', project: 'apps/shelf' })
  })

  it('reads the files of the commit, not those of a working tree that lacks them', async () => {
    const excused = VALID.replace('frontends:', 'source:\n  missing: [web/**]\nfrontends:')
    const folder = shelfRepository({ 'slipway.yaml': excused })
    rmSync(join(folder, 'web'), { recursive: true })
    const plan = await makePlan(projectIn(folder), FORMATS)
    expect(plan.checkout.kind).toBe('git')
    expect(plan.facts.missing).toEqual(['web/**'])
    expect(plan.facts.tools.node).toEqual({ web: '22.23.3' })
  })

  it('copes with a clone that lacks the bytes of files', async () => {
    const excused = VALID.replace('frontends:', 'source:\n  missing: [docs/**]\nfrontends:')
    const folder = shelfRepository({ 'slipway.yaml': excused, 'docs/film.mp4': 'many bytes' })
    const oid = git(folder, 'rev-parse', 'HEAD:docs/film.mp4').trim()
    rmSync(join(folder, '.git/objects', oid.slice(0, 2), oid.slice(2)))
    rmSync(join(folder, 'docs'), { recursive: true })
    expect((await makePlan(projectIn(folder), FORMATS)).checkout.kind).toBe('git')
  })
})

describe('inputs from outside', () => {
  it('are copied and hashed, the overlay beside a configuration that lies elsewhere', async () => {
    const folder = shelfRepository()
    const place = temporaryFolder()
    const config = VALID.replace('  collect:', '  overlay: over/lay\n  collect:')
    write(place, { 'shelf.yaml': `${config}deps:\n  wheels: [wheels]\n`, 'slipway.lock': '{}\n' })
    write(place, {
      'over/lay/settings/local.py': 'x = 1\n',
      'over/lay/__pycache__/x.pyc': '',
      'wheels/a-1-py3-none-any.whl': 'w',
    })
    symlinkSync('local.py', join(place, 'over/lay/settings/link.py'))
    const plan = await makePlan(projectIn(folder, { config: join(place, 'shelf.yaml') }), FORMATS)
    expect(plan.inputs.files.map(({ path }) => path)).toEqual([
      'overlay/settings/link.py',
      'overlay/settings/local.py',
      'slipway.lock',
      'slipway.yaml',
      'wheels/0/a-1-py3-none-any.whl',
    ])
    expect(plan.facts.python.overlay).toBe('overlay')
    expect(plan.facts.deps.wheels).toEqual(['wheels/0'])
    expect(readFileSync(join(folder, 'dist/inputs/overlay/settings/local.py'), 'utf8')).toBe('x = 1\n')
  })

  it('of a clean checkout are only the tracked files', async () => {
    const config = VALID.replace('  collect:', '  overlay: local\n  collect:')
    const folder = shelfRepository({ 'slipway.yaml': config, 'local/settings.py': 'x\n', '.gitignore': '*.secret\n' })
    write(folder, { 'local/my.secret': 'hush' })
    const plan = await makePlan(projectIn(folder), FORMATS)
    expect(plan.inputs.files.map(({ path }) => path)).toEqual(['overlay/settings.py', 'slipway.yaml'])
  })

  it('that are not there are told', async () => {
    const folder = shelfRepository({ 'slipway.yaml': VALID.replace('  collect:', '  overlay: local\n  collect:') })
    await expect(makePlan(projectIn(folder), FORMATS)).rejects.toThrow('local is not beside the configuration file')
    expect(existsSync(join(folder, 'dist/plan.json'))).toBe(false)
  })
})

describe('a checkout', () => {
  it('that is dirty is refused with the files, and planned from its files when asked', async () => {
    const folder = shelfRepository()
    git(folder, 'tag', 'v1.2.0')
    write(folder, { 'manage.py': 'changed', 'new.txt': 'new' })
    await expect(makePlan(projectIn(folder), FORMATS)).rejects.toMatchObject({
      code: 'CHECKOUT_REFUSED',
      message: 'not as committed: manage.py, new.txt',
      hint: 'Commit or remove these files; or try it with --allow-dirty, which cannot be published.',
    })
    const plan = await makePlan(projectIn(folder, { allowDirty: true }), FORMATS)
    expect(plan.checkout.kind).toBe('files')
    expect(plan.facts.trial).toBe(true)
    expect(plan.notices).toEqual(['trial: not as committed: manage.py, new.txt'])
  })

  it('is not made dirty by the folder that the release goes to', async () => {
    const folder = shelfRepository()
    await makePlan(projectIn(folder, { out: join(folder, 'build/release') }), FORMATS)
    await expect(makePlan(projectIn(folder, { out: join(folder, 'build/release') }), FORMATS)).resolves.toBeDefined()
    await expect(makePlan(projectIn(folder), FORMATS)).rejects.toThrow('not as committed: build/release/')
  })

  it('that lacks a tracked file is dirty unless the configuration excuses it', async () => {
    const folder = shelfRepository()
    rmSync(join(folder, 'manage.py'))
    await expect(makePlan(projectIn(folder), FORMATS)).rejects.toMatchObject({
      message: 'not as committed: manage.py',
      hint: expect.stringContaining('name them in source.missing'),
    })
    write(folder, { 'slipway.yaml': VALID.replace('frontends:', 'source: { missing: [docs/**] }\nfrontends:') })
    write(folder, { 'manage.py': SHELF['manage.py'] ?? '', 'docs/film.mp4': 'film' })
    git(folder, 'add', '--all')
    git(folder, 'commit', '--quiet', '--message', 'docs: film')
    rmSync(join(folder, 'docs/film.mp4'))
    expect((await makePlan(projectIn(folder), FORMATS)).checkout.kind).toBe('git')
  })

  it('with --allow-dirty that is clean is planned from git all the same', async () => {
    const plan = await makePlan(projectIn(shelfRepository(), { allowDirty: true }), FORMATS)
    expect(plan.checkout.kind).toBe('git')
  })

  it('that is shallow is refused, and a trial when asked', async () => {
    const folder = shelfRepository()
    git(folder, 'commit', '--quiet', '--allow-empty', '--message', 'chore: next')
    git(folder, 'tag', 'v1.2.0')
    const clone = join(temporaryFolder(), 'shallow')
    git(folder, 'clone', '--quiet', '--depth=1', `file://${folder}`, clone)
    await expect(makePlan(projectIn(clone), FORMATS)).rejects.toThrow('the clone is shallow')
    const plan = await makePlan(projectIn(clone, { allowDirty: true }), FORMATS)
    expect({ kind: plan.checkout.kind, trial: plan.facts.trial }).toEqual({ kind: 'git', trial: true })
  })

  it('that is none is refused, and planned at a fixed time when asked', async () => {
    const folder = temporaryFolder()
    write(folder, SHELF)
    await expect(makePlan(projectIn(folder), FORMATS)).rejects.toThrow('this is not a git checkout with a commit')
    const { facts, checkout } = await makePlan(projectIn(folder, { allowDirty: true }), FORMATS)
    expect({ commit: facts.commit, epoch: facts.epoch, trial: facts.trial }).toEqual({
      commit: '',
      epoch: 1_577_836_800,
      trial: true,
    })
    expect(checkout).toEqual({ kind: 'files', project: '' })
  })
})

describe('a plan over the dist/ of an earlier one', () => {
  const MADE = ['source.json', 'source/a.py', 'static.json', 'proof.json', 'built/deb.json', 'artifacts/shelf-3.11.deb']

  async function planAgain(folder: string, change: () => void): Promise<readonly string[]> {
    await makePlan(projectIn(folder), FORMATS)
    write(join(folder, 'dist'), Object.fromEntries(MADE.map((path) => [path, 'made for the earlier plan'])))
    change()
    await makePlan(projectIn(folder), FORMATS)
    expect(existsSync(join(folder, 'dist', 'plan.json.before'))).toBe(false)
    return MADE.filter((path) => existsSync(join(folder, 'dist', path)))
  }

  it('keeps what was made where nothing changed', async () => {
    expect(await planAgain(shelfRepository(), () => undefined)).toEqual(MADE)
  })

  it('leaves nothing that could be published as the new one, though every name is the same', async () => {
    const folder = shelfRepository()
    const left = await planAgain(folder, () => {
      git(folder, 'commit', '--quiet', '--allow-empty', '--message', 'fix: what the trial showed')
      git(folder, 'tag', 'v1.2.0')
    })
    expect(left).toEqual([])
  })

  it('leaves no plan where the new one is refused, and compares with the earlier one later', async () => {
    const folder = shelfRepository()
    const left = await planAgain(folder, () => undefined)
    expect(left).toEqual(MADE)
    await expect(makePlan(projectIn(folder, { tag: 'v9.9.9' }), FORMATS)).rejects.toThrow()
    expect(existsSync(join(folder, 'dist', 'plan.json'))).toBe(false)
    await makePlan(projectIn(folder), FORMATS)
    expect(MADE.filter((path) => existsSync(join(folder, 'dist', path)))).toEqual(MADE)
  })

  it('still compares with the earlier one after a run that was stopped in between', async () => {
    const folder = shelfRepository()
    const left = await planAgain(folder, () => {
      git(folder, 'tag', 'v1.2.0')
      renameSync(join(folder, 'dist', 'plan.json'), join(folder, 'dist', 'plan.json.before'))
    })
    expect(left).toEqual([])
  })
})
