import { describe, expect, it } from 'vitest'
import type { BuiltOutput, ImageLayer } from '../../../scripts/lib/core/artifact.ts'
import { parseEarlier, pullsOf, renderPulls } from '../../../scripts/lib/core/pulls.ts'

const layers = (rows: readonly (readonly [name: string, digest: string, megabytes: number])[]) =>
  rows.map(([name, digest, megabytes]) => ({ name, digest, size: megabytes * 1e6 }))

const LEAN = layers([
  ['lean', 'sha256:base', 20],
  ['dependencies', 'sha256:deps', 10],
  ['static', 'sha256:static', 2],
  ['app', 'sha256:app', 1],
])

function image(name: string, own: readonly ImageLayer[]): BuiltOutput {
  const platforms = [{ platform: 'linux/amd64', digest: 'sha256:manifest', layers: own }]
  return {
    kind: 'image',
    name,
    platforms: ['linux/amd64'],
    references: [],
    carries: 'none',
    size: 1,
    sha256: '',
    image: { digest: 'sha256:index', platforms },
  }
}

const OUTPUTS: readonly BuiltOutput[] = [
  { kind: 'file', name: 'demo-1.1.0.tgz', mediaType: 'x', carries: 'none', size: 1, sha256: '' },
  image('demo-1.1.0-lean.oci.tar', LEAN),
  image('demo-1.1.0-full.oci.tar', [...LEAN, ...layers([['postgresql', 'sha256:server', 30]])]),
]

/** A release.json as seal writes it, with only a lean image whose upper layers were others. */
const RELEASE = {
  schema: 1,
  version: '1.0.0',
  images: [
    {
      name: 'demo-1.0.0-lean.oci.tar',
      digest: 'sha256:old',
      references: [],
      platforms: [
        {
          platform: 'linux/amd64',
          digest: 'sha256:m',
          layers: [...LEAN.slice(0, 2), { digest: 'sha256:old', size: 3 }],
        },
      ],
    },
  ],
}

describe('what users pull', () => {
  it('is everything for a new one, and mostly the application later', () => {
    expect(renderPulls(pullsOf(OUTPUTS))).toBe(`image                    machine      first pull  application's layers
demo-1.1.0-lean.oci.tar  linux/amd64     33.0 MB                3.0 MB
demo-1.1.0-full.oci.tar  linux/amd64     63.0 MB                3.0 MB`)
  })

  it('is what the earlier image of the same variant lacks, and all where there was none', () => {
    const pulls = pullsOf(OUTPUTS, parseEarlier(RELEASE))
    expect(pulls.map(({ since }) => since)).toEqual([3e6, undefined])
    expect(renderPulls(pulls, '1.0.0')).toBe(`image                    machine      first pull  update from 1.0.0
demo-1.1.0-lean.oci.tar  linux/amd64     33.0 MB             3.0 MB
demo-1.1.0-full.oci.tar  linux/amd64     63.0 MB                all`)
  })

  it("knows the earlier image of an application's own Dockerfile, and nothing of its layers but their digests", () => {
    const own = [
      { digest: 'sha256:base', size: 20e6 },
      { digest: 'sha256:new', size: 4e6 },
    ]
    const outputs = [image('demo-1.1.0.oci.tar', own)]
    const [lean] = RELEASE.images
    const earlier = parseEarlier({ ...RELEASE, images: [{ ...lean, name: 'demo-1.0.0.oci.tar' }] })
    expect(pullsOf(outputs, earlier)).toEqual([
      { image: 'demo-1.1.0.oci.tar', platform: 'linux/amd64', whole: 24e6, since: 4e6 },
    ])
    expect(pullsOf(outputs, parseEarlier(RELEASE))[0]?.since).toBeUndefined()
  })

  it('is unknown from a file that lists no layers', () => {
    expect(
      parseEarlier({ ...RELEASE, images: [{ name: 'x', platforms: [{ platform: 'linux/amd64' }] }] }),
    ).toBeUndefined()
    expect(parseEarlier('x')).toBeUndefined()
  })
})
