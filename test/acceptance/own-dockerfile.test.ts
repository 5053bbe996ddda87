import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Built } from '../../scripts/lib/core/artifact.ts'
import type { Plan } from '../../scripts/lib/core/plan.ts'
import { readStageJson } from '../../scripts/lib/io/files.ts'
import { openArchiveBlobs } from '../../scripts/lib/io/oci-blobs.ts'
import { silentReport } from '../../scripts/lib/io/report.ts'
import { run } from '../../scripts/lib/io/run.ts'
import { runBlackBox } from '../../scripts/rehearse/black-box.ts'
import { dockerChannel } from '../../scripts/rehearse/docker-channel.ts'
import { type Engine, startEngine } from '../support/engine.ts'
import { sampleRelease, slipway } from '../support/release.ts'
import { describeWith, fullRun } from '../support/tool.ts'

const TRAY = join(import.meta.dirname, '../support/own-dockerfile')
const ARCHIVE = 'tray-1.0.0.oci.tar'
const BASE = 'localhost/tray-base:1'
const GIT = ['-c', 'init.defaultBranch=main', '-c', 'user.name=Ada', '-c', 'user.email=ada@tray.example'] as const

interface Config {
  readonly config: Readonly<Record<string, unknown>>
}

/** The configuration of the image in an archive. */
async function configOf(path: string): Promise<Config> {
  const archive = await openArchiveBlobs(path)
  const json = async (digest: string) => JSON.parse(Buffer.from(await archive.read(digest)).toString())
  const [top] = JSON.parse(Buffer.from(await archive.member('index.json')).toString()).manifests
  const [image] = (await json(top.digest)).manifests
  return json((await json(image.digest)).config.digest)
}

describeWith(['root', 'buildah', 'git', 'python3'], 'an application that keeps its Dockerfile', () => {
  let folder = ''
  let base = ''
  let project = ''
  let out = ''
  // No engine answers there, and what buildah keeps goes with the folder.
  let env: Record<string, string> = {}
  const archive = (): string => join(out, 'artifacts', ARCHIVE)

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'slipway-own-'))
    project = join(folder, 'tray')
    out = join(folder, 'dist')
    const storage = join(folder, 'storage.conf')
    await writeFile(
      storage,
      `[storage]\ndriver = "overlay"\ngraphroot = "${folder}/graph"\nrunroot = "${folder}/run"\n`,
    )
    env = { DOCKER_HOST: 'unix:///nowhere', CONTAINERS_STORAGE_CONF: storage, TMPDIR: folder }
    base = join(await sampleRelease(), 'artifacts/satchel-1.0.0-lean.oci.tar')
    const id = await run(['buildah', 'pull', '--quiet', `oci-archive:${base}`], { env })
    await run(['buildah', 'tag', id.trim(), BASE], { env })
    await cp(TRAY, project, { recursive: true })
    await git('init', '--quiet')
    await commit('feat: a tray')
  })
  afterAll(async () => {
    await run(['umount', join(folder, 'graph/overlay')]).catch(() => undefined) // containers-storage binds it to itself
    await rm(folder, { recursive: true, force: true })
  })

  const git = (...words: readonly string[]): Promise<string> => run(['git', ...GIT, ...words], { cwd: project })
  const commit = async (message: string): Promise<void> => {
    await git('add', '--all')
    await git('commit', '--quiet', `--message=${message}`)
    await git('tag', '--force', 'v1.0.0')
  }
  const dryRun = () => slipway(['dry-run', '--project', project, '--out', out], { env })

  it('is released with nothing but that: no lock, proven, and marked as not reproducible', async () => {
    expect(await slipway(['check', '--project', project], { env })).toMatchObject({ exitCode: 0 })
    const { exitCode, stdout, stderr } = await dryRun()
    expect(exitCode, stderr).toBe(0)
    expect(stdout).toMatch(/^tray-1\.0\.0\.oci\.tar +\S+ \S+ +[0-9a-f]{16} +5 static files equal, not reproducible$/m)
    const release = JSON.parse(await readFile(join(out, 'artifacts/release.json'), 'utf8'))
    expect(release.assets.find(({ name }: { name: string }) => name === ARCHIVE)).toMatchObject({
      reproducible: false,
      carries: [
        { tree: 'bundle', at: 'code' },
        { tree: 'collected', at: 'code/static' },
      ],
    })
    const marked = release.assets.filter((asset: object) => 'reproducible' in asset)
    expect(marked).toHaveLength(1)
  })

  it('has an image with what its Dockerfile says, the version as its argument, and labels of the release', async () => {
    const { config } = await configOf(archive())
    expect(config).toMatchObject({
      User: '1000',
      Cmd: ['serve'],
      Entrypoint: ['/usr/bin/python3', '/code/tray.py'],
      Healthcheck: { Test: ['CMD', '/usr/bin/python3', '--version'] },
    })
    expect(config['Env']).toContain('TRAY_VERSION=1.0.0')
    expect(config['Labels']).toMatchObject({
      'org.opencontainers.image.title': 'Tray',
      'org.opencontainers.image.version': '1.0.0',
    })
  })

  it('leaves nothing with the builder', async () => {
    expect(await run(['buildah', 'images', '--format', '{{.Name}}'], { env })).not.toContain('slipway-build')
  })

  describeWith(['dockerd', 'iptables'], 'built by a Docker engine', () => {
    let engine: Engine
    beforeAll(async () => {
      engine = await startEngine()
      await run(['docker', 'load', '--input', base], { env: engine.env })
      await run(['docker', 'tag', 'ghcr.io/slipway-release/satchel:1.0.0-lean', BASE], { env: engine.env })
    })
    afterAll(() => engine?.stop())

    it('runs, passes the black-box script, and serves every static file as it was built', async () => {
      // Debian's client, which has BuildKit in itself, before one without it
      const docker = { ...engine.env, PATH: `/usr/bin:${process.env['PATH']}` }
      const built = await slipway(['build', 'docker', '--out', out], { env: docker })
      expect(built.stderr).toMatch(/✓ docker (?:build|buildx) Dockerfile linux\/amd64/)
      const proven = await slipway(['prove', '--out', out])
      expect(proven.exitCode, proven.stderr).toBe(0)
      const { facts } = await readStageJson<Plan>(join(out, 'plan.json'), 'plan')
      const [image] = (await readStageJson<Built>(join(out, 'built/docker.json'), 'build docker')).outputs
      if (image?.kind !== 'image') throw new Error('no image was built')
      const channel = { archive: archive(), image, facts, database: '', engine: engine.env, words: [] }
      const app = await dockerChannel(channel).start()
      try {
        const listing = await readStageJson<never>(join(out, 'static.json'), 'static')
        await runBlackBox(facts.rehearse, app, listing, silentReport)
      } finally {
        await app.stop()
      }
      expect(await run(['docker', 'images', '--quiet', '--filter=reference=*/slipway-build-*'], { env: docker })).toBe(
        '',
      )
    })
  })

  it('is told which program to install where none builds a Dockerfile', async () => {
    const bin = join(folder, 'bin')
    await mkdir(bin)
    const { exitCode, stderr } = await slipway(['build', 'docker', '--out', out], { env: { ...env, PATH: bin } })
    expect(exitCode).toBe(1)
    expect(stderr).toContain('TOOL_MISSING nothing here builds a Dockerfile')
    expect(stderr).toContain('sudo apt install buildah')
  })

  it('is told what the builder said, and which static files the image holds otherwise', async () => {
    const dockerfile = await readFile(join(project, 'Dockerfile'), 'utf8')
    const write = "import pathlib; pathlib.Path('static/tray.css').write_text('')"
    await writeFile(join(project, 'Dockerfile'), dockerfile.replace("import os; os.mkdir('/spool')", write))
    await commit('fix: another colour')
    const { exitCode, stderr } = await dryRun()
    expect(exitCode).toBe(1)
    expect(stderr).toContain(`${ARCHIVE}: linux/amd64: collected: code/static/tray.css has other bytes`)
    expect(stderr).toContain('Let the Dockerfile copy the static files of the staged tree')
    await writeFile(join(project, 'Dockerfile'), dockerfile.replace("os.mkdir('/spool')", "exit('no spool')"))
    await commit('fix: no spool')
    const broken = await dryRun()
    expect(broken.stderr).toContain('COMMAND_FAILED buildah cannot build Dockerfile for linux/amd64')
    expect(broken.stderr).toContain('no spool')
  })

  describe.skipIf(!fullRun)('for two machines', () => {
    it('is one archive with an image for each', async () => {
      const yaml = await readFile(join(TRAY, 'slipway.yaml'), 'utf8')
      await writeFile(
        join(project, 'slipway.yaml'),
        yaml.replace('dockerfile: Dockerfile', 'dockerfile: Dockerfile\n  platforms: [linux/amd64, linux/arm64]'),
      )
      const platform = 'FROM scratch\nCOPY . /code\n'
      await writeFile(join(project, 'Dockerfile'), `FROM node AS frontend\n${platform}`)
      await commit('feat: two machines')
      const { exitCode, stderr } = await dryRun()
      expect(exitCode, stderr).toBe(0)
      const release = JSON.parse(await readFile(join(out, 'artifacts/release.json'), 'utf8'))
      expect(release.images[0].platforms.map((one: { platform: string }) => one.platform)).toEqual([
        'linux/amd64',
        'linux/arm64',
      ])
    })
  })
})
