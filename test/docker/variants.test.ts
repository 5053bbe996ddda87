import { gunzipSync } from 'node:zlib'
import { beforeAll, describe, expect, it } from 'vitest'
import { docker } from '../../scripts/docker/index.ts'
import { sampleFacts } from '../support/facts.ts'
import { memoryWork, writtenFile } from '../support/work.ts'
import { fixtureBase, fixtureFull, members, openImage } from './images.ts'

const config = docker.schema.parse({
  variants: ['full', 'lean'],
  repositories: ['ghcr.io/satchel-team/satchel'],
})

describe('packages that an application needs besides Python', () => {
  it('are in the lowest layer of every variant, behind what all images have', () => {
    const base = { debian: 'trixie', packages: ['libcairo2'] }
    const plain = docker.bases({ variants: ['lean', 'full'] })
    const more = docker.bases({ base, variants: ['lean', 'full'] })
    const lowest = (bases: typeof plain) =>
      bases.map((one) => (one.kind === 'debian' ? (one.layers[0]?.roots ?? []) : []))
    expect(lowest(more)).toEqual(lowest(plain).map((roots) => [...roots, 'libcairo2']))
  })
})

describe('the images of both variants', () => {
  let lean: Awaited<ReturnType<typeof openImage>>
  let full: Awaited<ReturnType<typeof openImage>>

  beforeAll(async () => {
    const base = await fixtureBase('amd64')
    const work = memoryWork({ bases: { 'lean@linux/amd64': base, 'full@linux/amd64': await fixtureFull(base) } })
    await docker.build(work, config)
    lean = await openImage(writtenFile(work, 'satchel-1.2.0-lean.oci.tar'))
    full = await openImage(writtenFile(work, 'satchel-1.2.0-full.oci.tar'))
  })

  it('have names that say which is which, and the plain tag is the full one', () => {
    expect(docker.outputs(sampleFacts(), config)).toMatchObject([
      { name: 'satchel-1.2.0-full.oci.tar', references: ['ghcr.io/satchel-team/satchel:1.2.0'] },
      { name: 'satchel-1.2.0-lean.oci.tar', references: ['ghcr.io/satchel-team/satchel:1.2.0-lean'] },
    ])
  })

  it('share every layer, and PostgreSQL lies between Python and the application', () => {
    const [small, large] = [lean, full].map((image) => image.manifest('amd64').layers.map(({ digest }) => digest))
    expect(large?.toSpliced(1, 1)).toEqual(small)
    const { history } = full.json(full.manifest('amd64').config.digest)
    expect(history.map((one: { created_by: string }) => one.created_by)).toEqual(
      ['lean', 'postgresql', 'dependencies', 'static', 'app'].map((name) => `slipway: ${name}`),
    )
  })

  it('have the dependencies of the release before, byte for byte, where they are the same', async () => {
    const bases = { 'lean@linux/amd64': await fixtureBase('amd64') }
    const later = memoryWork({ bases, facts: sampleFacts({ epoch: sampleFacts().epoch + 1000 }) })
    await docker.build(later, docker.schema.parse({}))
    const next = await openImage(writtenFile(later, 'satchel-1.2.0-lean.oci.tar'))
    const [before, after] = [lean, next].map((image) => image.manifest('amd64').layers.map(({ digest }) => digest))
    expect(after?.slice(0, 2)).toEqual(before?.slice(0, 2))
    expect(after?.slice(2)).not.toContain(before?.[2])
  })

  it('tell the launcher which PostgreSQL to look for', async () => {
    const top = lean.manifest('amd64').layers.at(-1)
    const files = await members(gunzipSync(lean.blob(top?.digest ?? '')))
    const data = files.find(({ path }) => path === 'usr/lib/satchel/launcher/launcher.json')
    const postgresql = { major: '17', bin: '/usr/lib/postgresql/17/bin' }
    expect(JSON.parse(data?.bytes.toString() ?? '')).toMatchObject({ channel: 'image', postgresql })
  })

  it('stand on bases of which one begins with the other', () => {
    expect(docker.bases(config)).toMatchObject([
      {
        name: 'full',
        layers: [{ name: 'lean' }, { name: 'postgresql', roots: ['postgresql-17', 'dash', 'libnss-wrapper'] }],
      },
      { name: 'lean', layers: [{ name: 'lean' }] },
    ])
  })
})

describe('the section docker', () => {
  it.each([
    [{ repositories: ['ghcr.io/satchel-team/satchel:latest'] }],
    [{ repositories: ['Satchel'] }],
    [{ variants: [] }],
    [{ platforms: ['linux/riscv64'] }],
    [{ base: { debian: 'sid' } }],
    [{ image: 'x' }],
  ])('refuses %j', (section) => {
    expect(docker.schema.safeParse(section).success).toBe(false)
  })

  it('wants a service', () => {
    const facts = sampleFacts()
    const without = { ...facts, runtime: { ...facts.runtime, services: [] } }
    expect(docker.check(without, docker.schema.parse({}))).toHaveLength(1)
    expect(docker.check(facts, docker.schema.parse({}))).toEqual([])
  })

  it('refuses a full image for an application without PostgreSQL', () => {
    const facts = sampleFacts()
    const { database: _, ...runtime } = facts.runtime
    const variants = docker.schema.parse({ variants: ['full'] })
    expect(docker.check({ ...facts, runtime }, variants)).toEqual([
      { path: ['variants'], message: expect.stringContaining('full brings PostgreSQL'), hint: expect.any(String) },
    ])
    expect(docker.check(facts, variants)).toEqual([])
  })
  it('refuses a full image on a base from a registry, and a base without its tag or its Python', () => {
    const image = 'docker.io/library/python:3.13-slim'
    const full = docker.schema.parse({ variants: ['full'], base: { image, python: '3.13' } })
    expect(docker.check(sampleFacts(), full)).toEqual([
      {
        path: ['variants'],
        message: expect.stringContaining('does not go above a registry image'),
        hint: expect.any(String),
      },
    ])
    const digest = `sha256:${'0'.repeat(64)}`
    const accepts = (base: object): boolean => docker.schema.safeParse({ base }).success
    for (const name of [image, `${image}@${digest}`, `127.0.0.1:5000/python@${digest}`]) {
      expect(accepts({ image: name, python: '3.13' }), name).toBe(true)
    }
    for (const name of ['python:3.13', 'docker.io/library/python', `${image}@sha256:0`]) {
      expect(accepts({ image: name, python: '3.13' }), name).toBe(false)
    }
    expect(accepts({ image })).toBe(false)
  })
})
