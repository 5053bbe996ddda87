import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Built } from '../../scripts/lib/core/artifact.ts'
import { run } from '../../scripts/lib/io/run.ts'
import type { DistWishes } from '../support/finished-dist.ts'
import { noise } from '../support/finished-dist.ts'
import { ociArchive, pack } from '../support/oci-image.ts'
import { type Bench, expectComplete, openBench } from '../support/publishing.ts'
import { startRegistry, type TestRegistry } from '../support/registry.ts'
import { type Gate, type GateRules, openGate } from '../support/registry-gate.ts'
import { describeWith, itWith } from '../support/tool.ts'

const CHART = 'apiVersion: v2\nname: demo\nversion: 1.5.0\ndescription: Something to publish\n'

describeWith(['docker-registry', 'skopeo'], 'a registry', () => {
  let registry: TestRegistry
  let benches: Bench[] = []

  beforeEach(async () => {
    registry = await startRegistry()
  })
  afterEach(async () => {
    for (const bench of benches) await bench.close()
    benches = []
    await registry.stop()
  })

  async function bench(
    version: string,
    history: readonly string[],
    seed = 'layer',
    host = registry.host,
  ): Promise<Bench> {
    const { bytes, image } = await ociArchive(['linux/amd64', 'linux/arm64'], noise(seed, 3_000_000))
    const chart = gzipSync(await pack(new Map([['demo/Chart.yaml', Buffer.from(CHART)]])))
    const name = `demo-${version}-lean.oci.tar`
    const references = [`${host}/demo/demo:${version}-lean`]
    const wishes: DistWishes = {
      version,
      history,
      files: { [`demo-${version}.tgz`]: chart },
      images: [{ name, references, bytes, image }],
    }
    const opened = await openBench(wishes)
    benches.push(opened)
    return opened
  }

  const tags = async (path: string): Promise<readonly string[]> => {
    const response = await fetch(`http://${registry.host}/v2/${path}/tags/list`)
    const { tags: list } = (await response.json()) as { tags: readonly string[] | null }
    return (list ?? []).toSorted()
  }
  const inspect = (reference: string): Promise<string> =>
    run(['skopeo', 'inspect', '--raw', '--tls-verify=false', `docker://${registry.host}/${reference}`])
  const digestOf = async (path: string, reference: string): Promise<string | null> => {
    const accept = 'application/vnd.oci.image.index.v1+json, application/vnd.oci.image.manifest.v1+json'
    const url = `http://${registry.host}/v2/${path}/manifests/${reference}`
    return (await fetch(url, { method: 'HEAD', headers: { accept } })).headers.get('docker-content-digest')
  }

  it('has image and chart by digest after the draft, and no tag by which anybody could find them', async () => {
    const opened = await bench('1.5.0', [])
    await opened.publish('draft')
    const built: Built = JSON.parse(await readFile(join(opened.out, 'built', 'files.json'), 'utf8'))
    const [image] = built.outputs.flatMap((output) => (output.kind === 'image' ? [output.image.digest] : []))
    expect(await digestOf('demo/demo', image ?? '')).toBe(image)
    expect(await tags('demo/demo')).toEqual([])
    expect(opened.lines.join('\n')).toContain('pull demo-1.5.0-lean.oci.tar again, anonymously')
    expect(opened.lines.join('\n')).not.toContain('cannot be pulled')
  })

  it('has the exact tags and those that follow after the release is public; a second run has nothing to do', async () => {
    const opened = await bench('1.5.0', ['1.4.0'])
    expect(await opened.publish()).toMatchObject({ state: 'public', changed: true })
    await expectComplete(opened)
    expect(await tags('demo/demo')).toEqual(['1-lean', '1.5-lean', '1.5.0-lean', 'latest-lean'])
    expect(await tags('demo/charts/demo')).toEqual(['1.5.0'])
    const index = JSON.parse(await inspect('demo/demo:latest-lean'))
    expect(index.manifests.map((one: { platform: object }) => one.platform)).toEqual([
      { os: 'linux', architecture: 'amd64' },
      { os: 'linux', architecture: 'arm64' },
    ])
    const chart = JSON.parse(await inspect('demo/charts/demo:1.5.0'))
    expect(chart.config.mediaType).toBe('application/vnd.cncf.helm.config.v1+json')
    expect(chart.layers[0].mediaType).toBe('application/vnd.cncf.helm.chart.content.v1.tar+gzip')
    expect(await opened.publish()).toMatchObject({ state: 'public', changed: false })
  })

  itWith(['helm'], 'gives the chart to Helm, byte for byte', async () => {
    const opened = await bench('1.5.0', [])
    await opened.publish()
    const folder = join(opened.out, 'pulled')
    await mkdir(folder)
    const chart = `oci://${registry.host}/demo/charts/demo`
    await run(['helm', 'pull', chart, '--version', '1.5.0', '--plain-http', '--destination', folder])
    const [pulled, ours] = await Promise.all(
      [folder, join(opened.out, 'artifacts')].map((dir) => readFile(join(dir, 'demo-1.5.0.tgz'))),
    )
    expect(pulled?.equals(ours ?? Buffer.alloc(0))).toBe(true)
  })

  it('gets the missing tags on a second run, when only the release had become public', async () => {
    const opened = await bench('1.5.0', [])
    await opened.publish('draft')
    const [release] = opened.github.store.releases
    if (release === undefined) throw new Error('no draft')
    opened.github.store.update(release.id, { draft: false })
    expect(await opened.publish('finish')).toMatchObject({ state: 'public', changed: true })
    expect(await tags('demo/demo')).toContain('1.5.0-lean')
  })

  it('keeps latest where it is when a back-port is published', async () => {
    await (await bench('1.5.0', [])).publish()
    const before = await digestOf('demo/demo', 'latest-lean')
    await (await bench('1.4.1', ['1.4.0', '1.5.0'], 'older')).publish()
    expect(await digestOf('demo/demo', 'latest-lean')).toBe(before)
    expect(await digestOf('demo/demo', '1-lean')).toBe(before)
    expect(await digestOf('demo/demo', '1.4-lean')).not.toBe(before)
  })

  it('refuses an exact tag that is public with other bytes, before the release is made public', async () => {
    await (await bench('1.5.0', [])).publish()
    const other = await bench('1.5.0', [], 'other bytes')
    await expect(other.publish()).rejects.toMatchObject({ code: 'PUBLISH_REFUSED' })
    expect(other.github.store.releases.map(({ draft }) => draft)).toEqual([true])
  })

  it('that cannot be reached ends the run with what is there and how to continue', async () => {
    const opened = await bench('1.5.0', [])
    await registry.stop()
    const failure: unknown = await opened.publish('draft').catch((error: unknown) => error)
    expect(failure).toMatchObject({ code: 'PUBLISH_FAILED' })
    expect(String((failure as { hint: string }).hint)).toContain('4 of 4 files are on GitHub, in a draft')
    registry = await startRegistry()
  })

  describe('that wants a login, as ghcr.io does', () => {
    const login = 'ada:correct-horse'
    const before = process.env['DOCKER_CONFIG']
    let gate: Gate

    afterEach(async () => {
      await gate.close()
      if (before === undefined) delete process.env['DOCKER_CONFIG']
      else process.env['DOCKER_CONFIG'] = before
    })

    async function behind(rules: Partial<GateRules>, known: boolean): Promise<Bench> {
      gate = await openGate(registry.host, { login, strangersPull: true, ...rules })
      const opened = await bench('1.5.0', [], 'layer', gate.host)
      process.env['DOCKER_CONFIG'] = opened.out
      const auths = known ? { [gate.host]: { auth: Buffer.from(login).toString('base64') } } : {}
      await writeFile(join(opened.out, 'config.json'), JSON.stringify({ auths }))
      return opened
    }

    it('gets what it asks for with the login that docker left, and strangers pull it again', async () => {
      const opened = await behind({}, true)
      await opened.publish()
      expect(await tags('demo/demo')).toContain('1.5.0-lean')
      expect(gate.scopes).toEqual(
        expect.arrayContaining(['repository:demo/demo:pull', 'repository:demo/demo:pull,push']),
      )
      expect(opened.lines.join('\n')).not.toContain('cannot be pulled')
    })

    it('is told to be private where strangers may not pull', async () => {
      const opened = await behind({ strangersPull: false }, true)
      await opened.publish()
      expect(opened.lines).toContain(`${gate.host}/demo/demo cannot be pulled without a login`)
    })

    it('refuses without one: the run says how to log in, and everything is still a draft', async () => {
      const opened = await behind({}, false)
      const failure: unknown = await opened.publish().catch((error: unknown) => error)
      expect(failure).toMatchObject({ code: 'PUBLISH_FAILED' })
      expect(String((failure as { hint: string }).hint)).toContain(`docker login ${gate.host}`)
      expect(opened.github.store.releases.map(({ draft }) => draft)).toEqual([true])
    })

    it('answers by 502 in the middle of a blob, of a manifest and of a tag: all is repeated', async () => {
      const brokenOnce = [
        /^PUT .*\/blobs\/uploads\//,
        /^POST /,
        /^PUT .*\/manifests\/sha256/,
        /^PUT .*-lean$/,
        /^GET .*\/blobs\//,
      ]
      const opened = await behind({ brokenOnce }, true)
      await opened.publish()
      await expectComplete(opened)
      expect(await tags('demo/demo')).toEqual(['1-lean', '1.5-lean', '1.5.0-lean', 'latest-lean'])
      expect(opened.lines.filter((line) => line.includes('failed (502)')).length).toBeGreaterThanOrEqual(5)
    })
  })
})
