import { dump } from 'js-yaml'
import { buildJobs } from './build-jobs.ts'
import { publishJobs } from './publish-jobs.ts'
import { expression, type Job, type WorkflowFacts } from './workflow.ts'

const ABOUT = `# Written by \`slipway workflow\` from slipway.yaml: change that, and write this file again. \`slipway workflow --check\` compares.
# A pushed tag becomes a release; started by hand it is a dry run of the same jobs, and nothing is published.
`
const RUNNER = 'ubuntu-24.04'

/** The release workflow of a repository, as a file below .github/workflows. */
export function renderWorkflow(facts: WorkflowFacts): string {
  const head = {
    name: 'release',
    on: { push: { tags: [tagFilter(facts.tag)] }, workflow_dispatch: {} },
    permissions: {},
    concurrency: { group: `release-${expression('github.ref')}`, 'cancel-in-progress': false },
  }
  const parts = Object.entries(head).map(([key, value]) => yaml({ [key]: value }))
  const jobs = [...buildJobs(facts), ...publishJobs(facts)].map(renderJob)
  return `${ABOUT}${parts.join('\n')}\njobs:\n${jobs.join('')}`
}

/** Which tags start it: `*` is the version, everything else stands for itself (workflow syntax, "filter pattern cheat sheet"). */
function tagFilter(tag: string): string {
  return tag.replaceAll(/[*+?!\\[\]]/g, '\\$&').replace('{version}', '*')
}

function renderJob({ name, about, needs, if: condition, environment, permissions, steps }: Job): string {
  const job = {
    ...(needs.length === 0 ? {} : { needs: needs.length === 1 ? needs[0] : needs }),
    ...(condition === undefined ? {} : { if: condition }),
    'runs-on': RUNNER,
    ...(environment === undefined ? {} : { environment }),
    permissions,
    steps,
  }
  const comment = about === undefined ? '' : `# ${about}\n`
  return `${comment}${yaml({ [name]: job })}`.replaceAll(/^/gm, '  ').replace(/ +$/, '')
}

/** YAML as people write it: `on` without quotes, the versions of actions as comments, double quotes as formatters like them. */
function yaml(value: unknown): string {
  return dump(value, { lineWidth: -1 })
    .replace(/^'on':/m, 'on:')
    .replaceAll(/(uses: )'(.+? # v.+?)'$/gm, '$1$2')
    .replaceAll(/: '(\{.+\})'$/gm, ': "$1"')
}
