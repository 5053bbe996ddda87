import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'

/**
 * Faults under which release tools were seen to fail or to publish something broken. After each the end is the same: exit code 0,
 * one release, every file there with its own bytes, no other draft. Each names the test that shows it.
 */
const TABLE: readonly (readonly [fault: string, file: string, test: string])[] = [
  ['a second run on a complete release', 'faults', 'on a complete release at once, with nothing to do'],
  ['a 502 that leaves a starter', 'faults', 'a 502 that leaves a `starter`'],
  [
    'stopped with some of the files',
    'faults',
    'after a run that GitHub stopped half-way, sending only what is missing',
  ],
  ['SIGKILL during an upload', 'command-line', 'killed in the middle of an upload is completed by the same command'],
  ['landed, but answered by 504', 'faults', 'an upload that landed although it was answered by 504'],
  ['a TCP reset', 'faults', 'a TCP reset in the middle of an upload'],
  ['a create that landed, but answered by 504', 'faults', 'a create that landed although it was answered by 504'],
  ['a server that keeps 1000 bytes and says 201', 'faults', 'a server that keeps 1000 bytes and says 201'],
  ['an immutable release, run again', 'faults', 'on an immutable release at once, with nothing to do'],
  ['a public release with other bytes', 'refusals', 'with other bytes it is refused, naming the files'],
  ['an orphan draft of an earlier run', 'faults', 'though the listing did not show the draft at first'],
  ['everything at random', 'schedules', 'under random faults the same command leads to one complete release'],
]

it.each(TABLE)('%s is a test of its own', (_, file, name) => {
  expect(readFileSync(join(import.meta.dirname, `${file}.test.ts`), 'utf8')).toContain(name)
})
