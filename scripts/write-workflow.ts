import { readFile } from 'node:fs/promises'
import { join, relative } from 'node:path'
import { formats } from './formats.ts'
import { loadConfig } from './lib/core/config/load.ts'
import { ReleaseError } from './lib/core/error.ts'
import type { Arguments, Verb } from './lib/io/command-line.ts'
import { writeBeside } from './lib/io/files.ts'
import { openCheckout } from './lib/io/git.ts'
import { main } from './lib/io/main.ts'
import { ownSource } from './lib/io/own-source.ts'
import { type Project, resolveProject } from './lib/io/project-options.ts'
import { renderWorkflow } from './workflow/render.ts'
import { type Committed, differsAt, readCommitted, slipwayReference, workflowFacts } from './workflow/written.ts'

interface Wanted {
  readonly root: string // of the repository
  readonly committed: Committed
  readonly text: string
}

/** The workflow that a project's repository has, and the one that its configuration asks for. */
async function wantedWorkflow(project: Project, args: Arguments): Promise<Wanted> {
  const config = loadConfig(await readFile(project.config, 'utf8'), project.configName, formats)
  const root = (await openCheckout(project.folder))?.root ?? project.folder
  const committed = await readCommitted(root)
  const slipway = slipwayReference(args.text('slipway'), committed, await ownSource(), args.has('check'))
  const place = {
    project: relative(root, project.folder) || '.',
    ...(args.text('config') === undefined ? {} : { config: relative(root, project.config) }),
  }
  return { root, committed, text: renderWorkflow(workflowFacts(config, formats, place, slipway)) }
}

function assertCurrent({ committed, text }: Wanted): string {
  const difference = committed.text === undefined ? 'it is not there' : differsAt(committed.text, text)
  if (difference === undefined) return `${committed.path} is as slipway.yaml asks for\n`
  throw new ReleaseError('WORKFLOW_OUTDATED', `${committed.path} is not what slipway.yaml asks for: ${difference}`, {
    hint: 'Run `slipway workflow --write` and commit the file.',
  })
}

/** `slipway workflow`: the release workflow of a repository, written from its configuration. */
export const workflowVerb: Verb = {
  name: 'workflow',
  summary:
    'Prints the GitHub workflow that releases this project, one job for each stage and format; or writes or checks it.',
  options: [
    { name: 'project', value: 'DIR', help: 'the application, also a sub-folder of a repository; default: this folder' },
    { name: 'config', value: 'FILE', help: 'configuration file; default: slipway.yaml of the project' },
    { name: 'write', help: 'write it to .github/workflows/release.yaml (or release.yml, where that is there)' },
    { name: 'check', help: 'end with 1 where the committed file is not what the configuration asks for' },
    { name: 'slipway', value: 'NAME@COMMIT', help: 'the action that jobs use; default: the commit of this Slipway' },
  ],
  examples: [
    'slipway workflow --write',
    'slipway workflow --check # in CI: whether slipway.yaml changed since',
    'slipway workflow > .github/workflows/release.yaml',
  ],
  async run(args) {
    const wanted = await wantedWorkflow(resolveProject(args), args)
    if (args.has('check')) return void process.stdout.write(assertCurrent(wanted))
    if (!args.has('write')) return void process.stdout.write(wanted.text)
    await writeBeside(join(wanted.root, wanted.committed.path), wanted.text)
    process.stdout.write(`${wanted.committed.path} is written; commit it\n`)
  },
}

if (import.meta.main) await main(workflowVerb)
