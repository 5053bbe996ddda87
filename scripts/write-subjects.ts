import { join } from 'node:path'
import type { Verb } from './lib/io/command-line.ts'
import { writeBeside } from './lib/io/files.ts'
import { main } from './lib/io/main.ts'
import { OUT, openOut } from './lib/io/stage-options.ts'
import { openFinished } from './publish/finished.ts'
import { renderSubjects, SUBJECTS } from './publish/subjects.ts'

/** `slipway subjects`: what the workflow attests. */
export const subjectsVerb: Verb = {
  name: 'subjects',
  summary: `Writes dist/${SUBJECTS}: every file and image of a finished release, as actions/attest reads its subjects.`,
  options: [OUT],
  examples: ['slipway subjects # then actions/attest with subject-checksums: dist/subjects.sha256'],
  async run(args) {
    const stage = await openOut(args)
    await writeBeside(join(stage.out, SUBJECTS), renderSubjects(await openFinished(stage)))
  },
}

if (import.meta.main) await main(subjectsVerb)
