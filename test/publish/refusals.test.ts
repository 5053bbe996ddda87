import { appendFile, mkdir, readFile, rename, rm, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { renderError } from '../../scripts/lib/io/main.ts'
import { type DistWishes, planOf } from '../support/finished-dist.ts'
import { type Bench, expectComplete, openBench, TOKEN } from '../support/publishing.ts'

let bench: Bench | undefined
afterEach(async () => {
  await bench?.close()
  bench = undefined
})

async function refusalOf(opened: Bench): Promise<string> {
  const failure = await opened.publish().then(
    () => new Error('it was published'),
    (error: unknown) => error,
  )
  return renderError(failure)
}

describe('a dist/ that is not fit to be published is refused before anything is sent', () => {
  const DAMAGES: readonly (readonly [string, DistWishes, (artifacts: string) => Promise<void>, string])[] = [
    ['made without a tag', { trial: true }, async () => undefined, 'it is a trial'],
    [
      'made from a working tree',
      { plan: { checkout: { kind: 'files', project: '' } } },
      async () => undefined,
      'not made from git alone',
    ],
    [
      'with a front end that no lock pins',
      { plan: { facts: { ...planOf([], {}).facts, tools: { node: {}, managers: {}, unlocked: ['web'], uv: '0' } } } },
      async () => undefined,
      'no lock pins the packages of front end web',
    ],
    ['with a missing file', {}, (dir) => rm(join(dir, 'demo-1.5.0.tgz')), 'demo-1.5.0.tgz is missing'],
    [
      'with a changed file',
      {},
      (dir) => appendFile(join(dir, 'demo-1.5.0.tgz'), '!'),
      'demo-1.5.0.tgz changed after it was built',
    ],
    ['with an empty file', {}, (dir) => writeFile(join(dir, 'demo-1.5.0.tgz'), ''), 'demo-1.5.0.tgz is empty'],
    [
      'with an unpromised file',
      {},
      (dir) => writeFile(join(dir, 'left-over.zip'), 'x'),
      'left-over.zip is not promised',
    ],
    [
      'with a changed release.json',
      {},
      (dir) => appendFile(join(dir, 'release.json'), ' '),
      'release.json is not what SHA256SUMS says',
    ],
    [
      'with other sums',
      {},
      (dir) => writeFile(join(dir, 'SHA256SUMS'), `${'0'.repeat(64)}  demo-1.5.0.tgz\n`),
      'demo-1.5.0.tgz is not what SHA256SUMS says',
    ],
    [
      'with a link instead of a file',
      {},
      async (dir) => {
        await rm(join(dir, 'demo-1.5.0.tgz'))
        await symlink('/etc/passwd', join(dir, 'demo-1.5.0.tgz'))
      },
      'demo-1.5.0.tgz is not a regular file',
    ],
    [
      'with a link to the very bytes',
      {},
      async (dir) => {
        await rename(join(dir, 'demo-1.5.0.tgz'), join(dir, '../elsewhere.tgz'))
        await symlink('../elsewhere.tgz', join(dir, 'demo-1.5.0.tgz'))
      },
      'demo-1.5.0.tgz is not a regular file',
    ],
    [
      'with a folder instead of a file',
      {},
      async (dir) => {
        await rm(join(dir, 'demo-1.5.0.tgz'))
        await mkdir(join(dir, 'demo-1.5.0.tgz'))
      },
      'demo-1.5.0.tgz is not a regular file',
    ],
    [
      'with a name that would write lines of its own',
      {},
      (dir) => writeFile(join(dir, 'x\n::error::\u001b[2Jhidden'), 'x'),
      '"x\\n::error::\\u001b[2Jhidden" is not promised',
    ],
    ['with a dot-file', {}, (dir) => writeFile(join(dir, '.env'), 'SECRET=1'), '.env is not promised'],
    [
      'with a name that GitHub changes',
      { files: { 'demo_1.5.0~rc1_all.deb': 'x' } },
      async () => undefined,
      'demo_1.5.0~rc1_all.deb has a name that GitHub would change',
    ],
  ]

  it.each(DAMAGES)('%s', async (_, wishes, damage, finding) => {
    bench = await openBench(wishes)
    await damage(join(bench.out, 'artifacts'))
    const text = await refusalOf(bench)
    expect(text).toContain('PUBLISH_REFUSED')
    expect(text).toContain(finding)
    expect(bench.github.log).toEqual([])
  })

  it('that was proven with other bytes', async () => {
    bench = await openBench()
    const path = join(bench.out, 'proof.json')
    const proof = await readFile(path, 'utf8')
    await writeFile(path, proof.replace(/"sha256": "[0-9a-f]{64}"/, `"sha256": "${'0'.repeat(64)}"`))
    expect(await refusalOf(bench)).toContain('is not what was proven')
  })

  it('whose image base drifted from its lock', async () => {
    bench = await openBench({
      plan: { bases: [{ kind: 'debian', name: 'lean', suite: 'trixie', layers: [], platforms: ['linux/amd64'] }] },
    })
    const drift = [{ locked: 'libc6=2.41-1:amd64', used: 'libc6=2.41-2:amd64' }]
    await writeFile(join(bench.out, 'base.json'), JSON.stringify({ schema: 1, bases: {}, drift }))
    expect(await refusalOf(bench)).toContain('holds libc6=2.41-2:amd64 where slipway.lock says libc6=2.41-1:amd64')
  })

  it('whose requirements were taken as the index had them, without hashes', async () => {
    bench = await openBench({ plan: { targets: [{ python: '3.13', arch: 'amd64' }] } })
    const listing = { schema: 1, builder: '3.11', locked: false, trees: {} }
    await writeFile(join(bench.out, 'deps.json'), JSON.stringify(listing))
    expect(await refusalOf(bench)).toContain('its requirements are not locked with hashes')
  })
})

describe('a tag that is not the planned commit is refused', () => {
  it('when it was never pushed', async () => {
    bench = await openBench({}, { tags: {} })
    const text = await refusalOf(bench)
    expect(text).toContain('the tag v1.5.0 is not in the remote repository')
    expect(text).toContain('git push origin v1.5.0')
    expect(bench.github.store.releases).toEqual([])
  })

  it('when somebody moved it', async () => {
    bench = await openBench({}, { tags: { 'v1.5.0': 'f'.repeat(40) } })
    expect(await refusalOf(bench)).toContain('points at ffff')
  })

  it('but an annotated tag is followed to its commit', async () => {
    const object = 'e'.repeat(40)
    const commit = '0123456789abcdef0123456789abcdef01234567'
    bench = await openBench({}, { tags: { 'v1.5.0': object }, annotated: { [object]: commit } })
    await bench.publish()
    await expectComplete(bench)
  })
})

describe('a public release is never changed', () => {
  it.each([false, true])('with other bytes it is refused, naming the files (immutable: %s)', async (immutable) => {
    bench = await openBench({}, { immutable })
    await bench.publish()
    const before = structuredClone(bench.github.store.releases)
    const other = await openBench({ files: { 'demo-1.5.0.tgz': 'other', 'demo-1.5.0-static.zip': 'bytes' } })
    const text = await refusalOf({
      ...bench,
      publish: (part) => other.publishTo(bench?.settings ?? other.settings, part),
    })
    await other.close()
    expect(text).toContain('v1.5.0 is public with other files than these')
    expect(text).toContain('- demo-1.5.0.tgz has another size')
    expect(text).toContain('- demo-1.5.0-static.zip has another size')
    expect(text).toContain('publish a new version')
    expect(bench.github.store.releases).toEqual(before)
  })
})

describe('a draft that holds what nobody promised', () => {
  it('is refused, and the file named', async () => {
    bench = await openBench()
    await bench.publish('draft')
    const [draft] = bench.github.store.releases
    if (draft === undefined) throw new Error('no draft')
    const stranger = bench.github.store.begin(draft.id, 'screenshot.png', null, 'image/png')
    await bench.github.store.fill(stranger, ReadableStream.from([new Uint8Array(3)]), false)
    expect(await refusalOf(bench)).toContain('screenshot.png is in the draft but not promised by the plan')
    expect(draft.draft).toBe(true)
  })

  it('of somebody else is left as it is', async () => {
    bench = await openBench()
    const foreign = bench.github.store.create({ tag_name: 'v1.5.0', draft: true, body: 'By hand' })
    await bench.publish()
    expect(bench.github.store.releases.map(({ draft, body }) => ({ draft, hand: body === 'By hand' }))).toEqual([
      { draft: false, hand: false },
      { draft: true, hand: true },
    ])
    expect(bench.lines.join('\n')).toContain(`untagged-${foreign.id}`)
  })
})

describe('the last lines of a failed run', () => {
  it('say how far it came, that nothing is public, and how to continue', async () => {
    bench = await openBench({}, {}, [{ on: 'upload-asset', is: 'bad-gateway', after: 3, times: 1000 }])
    const lines = (await refusalOf(bench)).trimEnd().split('\n')
    expect(lines.slice(-2)).toEqual([
      '  3 of 8 files are on GitHub, in a draft that only maintainers see; nothing is public.',
      '  Continue with `slipway publish`; what is there already is kept.',
    ])
  })

  it('say so too when only the publishing failed', async () => {
    bench = await openBench({}, {}, [{ on: 'update-release', is: 'bad-gateway', times: 6 }])
    expect(await refusalOf(bench)).toContain('8 of 8 files are on GitHub, in a draft that only maintainers see')
  })

  it('never show the token, whatever GitHub answers', async () => {
    bench = await openBench({}, { token: 'another' })
    const text = await refusalOf(bench)
    expect(text).toContain('GitHub does not accept the token')
    expect(`${text}${bench.lines.join('')}`).not.toContain(TOKEN)
  })
})
