import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest'
import { findingsOfRegistries } from '../../scripts/publish/preflight-registries.ts'
import { noise } from '../support/finished-dist.ts'
import { ociArchive } from '../support/oci-image.ts'
import { type Bench, openBench } from '../support/publishing.ts'
import { startRegistry, type TestRegistry } from '../support/registry.ts'
import { type GateRules, openGate } from '../support/registry-gate.ts'
import { describeWith } from '../support/tool.ts'

const LOGIN = 'ada:correct-horse'

describeWith(['docker-registry'], 'before anything is built, a registry', () => {
  let registry: TestRegistry
  let close: (() => Promise<void>)[] = []
  const config = process.env['DOCKER_CONFIG']

  beforeAll(async () => {
    registry = await startRegistry()
  })
  afterEach(async () => {
    for (const one of close.toReversed()) await one()
    close = []
    if (config === undefined) delete process.env['DOCKER_CONFIG']
    else process.env['DOCKER_CONFIG'] = config
  })
  afterAll(() => registry.stop())

  async function opened(host: string, seed = 'layer'): Promise<Bench> {
    const { bytes, image } = await ociArchive(['linux/amd64'], noise(seed, 3000))
    const images = [{ name: 'demo.oci.tar', references: [`${host}/demo/demo:1.5.0`], bytes, image }]
    const bench = await openBench({ files: { 'demo.zip': 'x' }, images })
    close.push(bench.close)
    return bench
  }

  async function told(bench: Bench): Promise<readonly string[]> {
    const patience = { attempts: 2, second: 1, announce: () => undefined }
    const findings = await findingsOfRegistries(bench.plan, patience)
    return findings.map(({ level, message }) => `${level}: ${message}`)
  }

  async function behind(rules: Partial<GateRules>, known: string | undefined): Promise<Bench> {
    const gate = await openGate(registry.host, { login: LOGIN, strangersPull: false, ...rules })
    close.push(gate.close)
    const bench = await opened(gate.host)
    process.env['DOCKER_CONFIG'] = bench.out
    const auths = known === undefined ? {} : { [gate.host]: { auth: Buffer.from(known).toString('base64') } }
    await writeFile(join(bench.out, 'config.json'), JSON.stringify({ auths }))
    return bench
  }

  it('is free for a tag that it lacks, and tells of one that it has', async () => {
    const bench = await opened(registry.host)
    expect(await told(bench)).toEqual([`fine: ${registry.host}/demo/demo:1.5.0 is free`])
    await bench.publish()
    const [finding] = await told(bench)
    expect(finding).toMatch(/^notice: \S+\/demo\/demo:1\.5\.0 is there already \(sha256:[0-9a-f]{64}\)$/)
    await expect((await opened(registry.host, 'other')).publish()).rejects.toMatchObject({ code: 'PUBLISH_REFUSED' })
  })

  it('says that it wants a login where there is none', async () => {
    const [finding] = await told(await behind({}, undefined))
    expect(finding).toMatch(/^refused: 127\.0\.0\.1:\d+ wants a login that it does not have for /)
  })

  it('is read with the login that docker left', async () => {
    const [finding] = await told(await behind({}, LOGIN))
    expect(finding).toMatch(/^(?:fine|notice): /)
  })

  it('that does not answer is told', async () => {
    const [finding] = await told(await opened('127.0.0.1:9'))
    expect(finding).toBe('refused: 127.0.0.1:9 did not answer (0)')
  })
})
