import { describe, expect, it } from 'vitest'
import type { BuiltOutput } from '../../scripts/lib/core/artifact.ts'
import { mergeTrees } from '../../scripts/lib/core/tree.ts'
import { proveCarries } from '../../scripts/prove/findings.ts'
import { readArtifact } from '../../scripts/prove/read-artifact.ts'
import { tarballs } from '../../scripts/tarballs/index.ts'
import { seeded, seededBytes, withFile } from '../support/archives.ts'
import { plantTree, SATCHEL_BUNDLE, SATCHEL_COLLECTED } from '../support/trees.ts'
import { type MemoryWork, spooled, writtenFile } from '../support/work.ts'
import { built } from './support.ts'

const deep = 'core/static/core/build'
const BUNDLE = mergeTrees([
  SATCHEL_BUNDLE,
  plantTree({
    [`${deep}/empty.css`]: '',
    [`${deep}/large.wasm`]: seededBytes(seeded(9), 3_000_000),
    [`${deep}/${'long-'.repeat(30)}größe.js`]: 'long and not ASCII',
    [`${deep}/alias.js`]: { link: 'app-1a2b.js' },
  }),
])

async function proofs(work: MemoryWork) {
  const outputs = tarballs.outputs(work.facts, {}).filter(({ kind }) => kind === 'file')
  return Promise.all(
    outputs.map(async (output) => {
      const bytes = writtenFile(work, output.name)
      return withFile(bytes, async (file) => {
        const measured = { ...output, size: bytes.length, sha256: spooled(bytes).sha256 } as BuiltOutput
        const members = (await readArtifact(measured, file)).get('') ?? new Map()
        return proveCarries(members, output.carries, work.static)
      })
    }),
  )
}

describe('each source archive', () => {
  it('carries every static file where its output says, for readers that share nothing with the writers', async () => {
    const count = BUNDLE.files.length + SATCHEL_COLLECTED.files.length
    const findings: readonly string[] = []
    expect(await proofs(await built({ bundle: BUNDLE }))).toEqual([
      { shown: 0, findings },
      { shown: count, findings },
      { shown: count, findings },
      { shown: count, findings },
    ])
  })
})
