import { existsSync, realpathSync } from 'node:fs'
import { basename, dirname, join, relative, resolve } from 'node:path'
import { ReleaseError } from '../core/error.ts'
import type { Arguments, Option } from './command-line.ts'
import { OUT } from './stage-options.ts'

const CONFIG = 'slipway.yaml'

/** Options of every verb that plans. */
export const projectOptions: readonly Option[] = [
  { name: 'project', value: 'DIR', help: 'the application, also a sub-folder of a repository; default: this folder' },
  { name: 'default-project', value: 'DIR', help: 'the application where --project is not given and none lies here' },
  { name: 'config', value: 'FILE', help: 'configuration file; default: slipway.yaml of the project' },
  {
    name: 'tag',
    value: 'TAG',
    help: 'tag to release; default: the one at HEAD, else a trial of the version in the tree',
  },
  OUT,
  { name: 'allow-dirty', help: 'plan from a dirty, shallow or missing git checkout; cannot be published' },
  { name: 'only', value: 'FORMATS', help: 'these formats and what they need, separated by commas' },
  { name: 'skip', value: 'FORMATS', help: 'all but these formats' },
]

/** Where a project and its configuration lie, and what was asked for. */
export interface Project {
  readonly folder: string // absolute
  readonly config: string // absolute
  readonly configName: string // for messages: relative to the current folder where it lies below it
  readonly out: string // absolute
  readonly tag: string | undefined
  readonly allowDirty: boolean
  readonly only: readonly string[]
  readonly skip: readonly string[]
}

/** Reads the options; USAGE where the project or its configuration is not there. */
export function resolveProject(args: Arguments): Project {
  const folder = resolve(args.text('project') ?? defaultFolder(args))
  if (!existsSync(folder))
    throw new ReleaseError('USAGE', `${folder} is not there`, { hint: 'Give a folder to --project.' })
  const config = resolve(args.text('config') ?? join(folder, CONFIG))
  if (!existsSync(config)) {
    throw new ReleaseError('USAGE', `there is no ${CONFIG} in ${folder}`, {
      hint: 'Write one (docs/configuration.md), or give its place to --config.',
    })
  }
  const near = relative(process.cwd(), config)
  return {
    folder: realPlace(folder),
    config: join(realPlace(dirname(config)), basename(config)),
    configName: near.startsWith('..') ? config : near,
    out: realPlace(resolve(args.text('out') ?? 'dist')),
    tag: args.text('tag'),
    allowDirty: args.has('allow-dirty'),
    only: args.list('only'),
    skip: args.list('skip'),
  }
}

function defaultFolder(args: Arguments): string {
  const elsewhere = args.text('default-project')
  return elsewhere === undefined || existsSync(CONFIG) ? '.' : elsewhere
}

/** A path without symbolic links, as git gives its root, also where the end of it does not exist yet. */
function realPlace(path: string): string {
  return existsSync(path) ? realpathSync(path) : join(realPlace(dirname(path)), basename(path))
}
