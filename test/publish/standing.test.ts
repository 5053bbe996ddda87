import { afterEach, describe, expect, it } from 'vitest'
import { type Bench, openBench } from '../support/publishing.ts'

let bench: Bench | undefined
afterEach(async () => {
  await bench?.close()
  bench = undefined
})

/** Publishes a version and gives what GitHub shows of it. */
async function publish(
  version: string,
  history: readonly string[],
  published: readonly string[] = [],
): Promise<{ prerelease: boolean; latest: boolean }> {
  bench = await openBench({ version, history })
  const { store } = bench.github
  for (const other of published) store.create({ tag_name: `v${other}`, draft: false, make_latest: 'false' })
  await bench.publish()
  const release = store.releases.find(({ tag }) => tag === `v${version}`)
  return { prerelease: release?.prerelease === true, latest: store.latest === release?.id }
}

describe('on GitHub', () => {
  it('a stable release is the latest', async () => {
    expect(await publish('1.5.0', ['1.4.0', '1.5.0'])).toEqual({ prerelease: false, latest: true })
  })

  it('a pre-release is marked and not the latest', async () => {
    expect(await publish('1.5.0-rc.1', ['1.4.0'])).toEqual({ prerelease: true, latest: false })
  })

  it('a back-port is not the latest', async () => {
    expect(await publish('1.4.1', ['1.4.0', '1.5.0'])).toEqual({ prerelease: false, latest: false })
  })

  it('an old plan is not the latest when something newer became public since', async () => {
    expect(await publish('1.4.1', ['1.4.0'], ['1.5.0'])).toEqual({ prerelease: false, latest: false })
  })
})
