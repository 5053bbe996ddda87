import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { MEDIA_TYPES } from '../lib/core/artifact.ts'
import { ReleaseError } from '../lib/core/error.ts'
import type { Command } from '../lib/core/format.ts'
import { type Plan, promisedOutputs } from '../lib/core/plan.ts'
import { type Background, startBackground } from '../lib/io/background.ts'
import { atExit } from '../lib/io/interrupt.ts'
import { run } from '../lib/io/run.ts'
import { openUv } from '../lib/io/uv.ts'
import type { Channel, UpgradableApp } from './channel.ts'
import { freePort } from './port.ts'

/** The tool that puts a wheel and its dependencies into a virtual environment. */
export type Installer = 'pip' | 'uv'

/** A release with a wheel. */
export interface WheelRelease {
  readonly out: string // dist/
  readonly plan: Plan
}

/** Where the wheel comes from, what installs it, and the database beside it. */
export interface WheelChannelOptions extends WheelRelease {
  readonly installer: Installer
  readonly database: string // URL of an empty one
  readonly cache: string
  /** The Python of the environment; default `python3` of PATH. */
  readonly python?: string
  /** Working directory of every command; default a new empty one. */
  readonly cwd?: string
}

/** An application in a virtual environment of its own, with the folders around it. */
export interface InstalledWheel extends UpgradableApp<WheelRelease> {
  readonly environment: string // the virtual environment, nobody may write there
  readonly state: string
  /** What was installed besides, as `pip freeze` lists it. */
  readonly installed: readonly string[]
}

interface WheelChannel extends Channel {
  start(): Promise<InstalledWheel>
}

/** One installation: its folders, and how a command of the application is called there. */
interface Place {
  readonly environment: string
  readonly state: string
  readonly cwd: string
  command(words: readonly string[]): Command
}

const STRANGER = 'nobody' // owns nothing of what was installed

/** The wheel, installed by pip or uv into a clean virtual environment that nobody can write to afterwards, run by an unprivileged user. */
export function wheelChannel(options: WheelChannelOptions): WheelChannel {
  return { name: `wheel by ${options.installer}`, start: () => install(options) }
}

async function install(options: WheelChannelOptions): Promise<InstalledWheel> {
  const dir = await mkdtemp(join(tmpdir(), 'slipway-wheel-'))
  const forget = atExit(() => rm(dir, { recursive: true, force: true }))
  const remove = async (): Promise<void> => {
    await run(['chmod', '-R', 'u+w', dir])
    await rm(dir, { recursive: true, force: true })
    forget()
  }
  try {
    const place = await makePlace(dir, options)
    await run([options.python ?? 'python3', '-m', 'venv', place.environment])
    const installed = await fillEnvironment(place.environment, options)
    const app = await running(place, options)
    const stop = async (): Promise<void> => {
      await app.stop()
      await remove()
    }
    return { ...app, installed, stop }
  } catch (error) {
    await remove()
    throw error
  }
}

/** The folders, and a configuration file as a person would write it. */
async function makePlace(dir: string, { plan, database, cwd }: WheelChannelOptions): Promise<Place> {
  const { name } = plan.facts.app
  const [environment, state, work] = [join(dir, 'venv'), join(dir, 'state'), join(dir, 'work')]
  const config = join(dir, `${name}.env`)
  for (const folder of [state, work]) await mkdir(folder)
  await run(['chmod', '755', dir, work])
  await writeFile(config, `DATABASE_URL=${database}\n`, { mode: 0o600 })
  if (process.getuid?.() === 0) await run(['chown', STRANGER, state, config])
  const program = [join(environment, 'bin', name), '--config', config, '--state', state] as const
  return { environment, state, cwd: cwd ?? work, command: (words) => unprivileged([...program, ...words]) }
}

/** As root, the command as a user who may write nothing; anybody else cannot change users. */
function unprivileged(command: Command): Command {
  if (process.getuid?.() !== 0) return command
  return ['setpriv', `--reuid=${STRANGER}`, `--regid=nogroup`, '--clear-groups', '--no-new-privs', '--', ...command]
}

async function fillEnvironment(
  environment: string,
  { out, plan, installer, cache }: WheelChannelOptions,
): Promise<readonly string[]> {
  const wheel = join(out, 'artifacts', wheelName(plan))
  const python = join(environment, 'bin/python')
  await run(['chmod', '-R', 'u+w', environment])
  const words = ['install', '--upgrade', wheel]
  if (installer === 'pip') await run([python, '-m', 'pip', '--quiet', ...words], { inherit: true })
  else await (await openUv(cache, plan.facts.tools.uv))(['pip', ...words, '--python', python])
  await run([python, '-m', 'pip', 'check'])
  await run(['chmod', '-R', 'a-w,a+rX', environment])
  return (await run([python, '-m', 'pip', 'freeze'])).trim().split('\n')
}

function wheelName(plan: Plan): string {
  const wheel = promisedOutputs(plan).find((output) => output.kind === 'file' && output.mediaType === MEDIA_TYPES.wheel)
  if (wheel !== undefined) return wheel.name
  throw new ReleaseError('STAGE_MISSING', 'the plan promises no wheel', { hint: 'Add a pypi section to slipway.yaml.' })
}

/** Migrates and starts the first service, the way the launcher tells people to. */
async function running(place: Place, options: WheelChannelOptions): Promise<Omit<InstalledWheel, 'installed'>> {
  const { environment, state, cwd } = place
  const env = { HOME: '/nonexistent', PORT: `${await freePort()}` }
  const exec = (words: readonly string[]): Promise<string> => run(place.command(words), { cwd, env })
  const migrate = async ({ plan }: WheelRelease): Promise<void> => {
    if (plan.facts.runtime.migrate !== undefined) await exec(['migrate'])
  }
  await migrate(options)
  const start = (): Background => startBackground(place.command(['run']), { cwd, env })
  let server = start()
  return {
    url: `http://127.0.0.1:${env.PORT}`,
    environment,
    state,
    exec,
    async restart() {
      server.assertRunning()
      await server.stop()
      server = start()
    },
    async upgrade(release) {
      await server.stop()
      await fillEnvironment(environment, { ...options, ...release })
      await migrate(release)
      server = start()
    },
    stop: () => server.stop(),
  }
}
