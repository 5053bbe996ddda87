import { takenByStage } from '../lib/core/hand-over.ts'
import { slipwaySteps, TOKEN, takesOf } from './build-jobs.ts'
import { pinned } from './pins.ts'
import type { Job, WorkflowFacts } from './workflow.ts'

const IMAGES = { packages: 'write' } as const

/** The jobs of a pushed tag alone, one after the other: nothing is public before the last, and the index is the point of no return. */
export function publishJobs(facts: WorkflowFacts): readonly Job[] {
  const links = [draftJob, ...(facts.attest ? [attestJob] : []), ...(hasIndex(facts) ? [indexJob] : []), finishJob]
  const jobs: Job[] = []
  for (const link of links) jobs.push(link(facts, jobs.at(-1)?.name ?? 'seal'))
  return jobs
}

const hasIndex = ({ formats }: WorkflowFacts): boolean => formats.some(({ name }) => name === 'pypi')

/** Images, and charts, which always name one. */
const hasImages = ({ formats }: WorkflowFacts): boolean => formats.some(({ name }) => name === 'docker')

function draftJob(facts: WorkflowFacts, needs: string): Job {
  return {
    name: 'draft',
    about: 'A draft that only maintainers see, every file compared; images by digest, without a tag.',
    needs: [needs],
    if: "github.event_name == 'push'",
    permissions: { contents: 'write', ...(hasImages(facts) ? IMAGES : {}) },
    steps: slipwaySteps(facts, { verb: 'publish', argument: 'draft', takes: taken(facts) }, { env: TOKEN }),
  }
}

function attestJob(facts: WorkflowFacts, needs: string): Job {
  return {
    name: 'attest',
    about: 'Signed by GitHub: these files and images were built by this workflow from this commit.',
    needs: [needs],
    permissions: { contents: 'read', 'id-token': 'write', attestations: 'write' },
    steps: [
      ...slipwaySteps(facts, { verb: 'subjects', takes: taken(facts) }),
      { uses: pinned('actions/attest'), with: { 'subject-checksums': 'dist/subjects.sha256' } },
    ],
  }
}

function indexJob(facts: WorkflowFacts, needs: string): Job {
  return {
    name: 'python-index',
    about: 'The point of no return: a folder with exactly the sdist and the wheel, sent by trusted publishing.',
    needs: [needs],
    environment: facts.environment ?? 'pypi',
    permissions: { contents: 'read', 'id-token': 'write' },
    steps: [
      ...slipwaySteps(facts, { verb: 'index', takes: 'pypi' }, { id: 'index' }),
      {
        if: "steps.index.outputs.upload == 'yes'",
        uses: pinned('pypa/gh-action-pypi-publish'),
        with: { 'packages-dir': 'dist/artifacts', 'skip-existing': true }, // what is there has our bytes
      },
    ],
  }
}

function finishJob(facts: WorkflowFacts, needs: string): Job {
  const approved = hasIndex(facts) || facts.environment === undefined ? {} : { environment: facts.environment }
  return {
    name: 'finish',
    about: 'Compares again, makes the release public, moves tags.',
    needs: [needs],
    ...approved,
    permissions: { contents: 'write', ...(hasImages(facts) ? IMAGES : {}) },
    steps: slipwaySteps(facts, { verb: 'publish', argument: 'finish', takes: taken(facts) }, { env: TOKEN }),
  }
}

function taken({ formats }: WorkflowFacts): string {
  return takesOf(takenByStage('publish', formats))
}
