import { join } from 'node:path'
import { expect, it } from 'vitest'
import { pathWithoutNode } from '../../scripts/lib/io/path-without-node.ts'
import { run } from '../../scripts/lib/io/run.ts'
import { scratch } from '../support/stage.ts'

it('a search of PATH finds the programs of the system, and none that builds a front end', async () => {
  const PATH = await pathWithoutNode(join(await scratch(), 'bin'))
  const script = 'for one in sh git node npm npx pnpm yarn; do command -v $one >/dev/null && echo $one; done; true'
  expect(await run(['sh', '-c', script], { env: { PATH } })).toBe('sh\ngit\n')
})
