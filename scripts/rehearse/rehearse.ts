import { join } from 'node:path'
import { type BuiltOutput, MEDIA_TYPES } from '../lib/core/artifact.ts'
import { ReleaseError } from '../lib/core/error.ts'
import type { RehearsalStep } from '../lib/core/rehearsal.ts'
import type { StaticListing } from '../lib/core/stages.ts'
import { builtOutputs } from '../lib/io/built-outputs.ts'
import { readStageJson, writeJson } from '../lib/io/files.ts'
import { run } from '../lib/io/run.ts'
import type { Stage } from '../lib/io/stage.ts'
import { runBlackBox } from './black-box.ts'
import type { Channel } from './channel.ts'
import { debChannel } from './deb-channel.ts'
import { dockerChannel } from './docker-channel.ts'
import { type Postgres, startPostgres } from './postgres.ts'
import { wheelChannel } from './wheel-channel.ts'

/** `dist/rehearsal.json`: what was installed, started and used on this machine. */
export interface Rehearsal {
  readonly schema: 1
  readonly channels: readonly Rehearsed[]
}

interface Rehearsed {
  readonly channel: string
  readonly artifact: string
  readonly sha256: string
  readonly steps: number
}

/** What a channel needs besides the artifact; an address is that at which its application reaches this machine. */
interface Bench {
  readonly stage: Stage
  database(address: string): Promise<string>
}

interface Rehearsable {
  /** The artifacts that it installs, one installation each. */
  takes(output: BuiltOutput, stage: Stage): boolean
  open(output: BuiltOutput, bench: Bench): Promise<Channel>
}

/** How people install: the words after `slipway rehearse`. */
export const CHANNELS: Readonly<Record<string, Rehearsable>> = {
  image: {
    takes: ({ kind }) => kind === 'image',
    async open(output, { stage: { plan, out }, database }) {
      const gateway = await bridgeAddress()
      const image = output.kind === 'image' ? output : { references: [] }
      const archive = join(out, 'artifacts', output.name)
      return dockerChannel({ archive, image, facts: plan.facts, database: await database(gateway) })
    },
  },
  wheel: {
    takes: (output, { plan }) => isFile(output, MEDIA_TYPES.wheel) && plan.facts.python.backend === 'generated',
    async open(_, { stage: { plan, out, cache }, database }) {
      return wheelChannel({ out, plan, cache, installer: 'pip', database: await database('127.0.0.1') })
    },
  },
  deb: {
    takes: (output, { plan }) => isFile(output, MEDIA_TYPES.deb) && output.name.startsWith(`${plan.facts.app.name}_`),
    async open(_, { stage: { plan, out, cache } }) {
      return debChannel({ out, plan, cache, suite: 'bookworm' })
    },
  },
}

/** Installs and starts each artifact as its users do, plays the steps of slipway.yaml on it, and writes dist/rehearsal.json. */
export async function rehearse(stage: Stage, names: readonly string[]): Promise<Rehearsal> {
  const steps = stepsOf(stage)
  const listing = await readStageJson<StaticListing>(join(stage.out, 'static.json'), 'static')
  const outputs = await builtOutputs(stage)
  const channels: Rehearsed[] = []
  for (const [name, rehearsable] of chosen(names)) {
    for (const output of outputs.filter((one) => rehearsable.takes(one, stage))) {
      const { report } = stage
      report.line(`${output.name}:`)
      await rehearseOne(stage, (bench) => rehearsable.open(output, bench), steps, listing)
      channels.push({ channel: name, artifact: output.name, sha256: output.sha256, steps: steps.length })
    }
  }
  if (channels.length === 0) throw nothingToInstall(names)
  const rehearsal: Rehearsal = { schema: 1, channels }
  await writeJson(join(stage.out, 'rehearsal.json'), rehearsal)
  return rehearsal
}

async function rehearseOne(
  stage: Stage,
  open: (bench: Bench) => Promise<Channel>,
  steps: readonly RehearsalStep[],
  listing: StaticListing,
): Promise<void> {
  let postgres: Postgres | undefined
  const database = async (listen: string): Promise<string> => {
    postgres = await startPostgres({ listen })
    return postgres.database('rehearsal')
  }
  try {
    const channel = await open({ stage, database })
    const app = await stage.report.task(`start ${channel.name}`, () => channel.start())
    await runBlackBox(steps, app, listing, stage.report).finally(() => app.stop())
  } finally {
    await postgres?.stop()
  }
}

function stepsOf({ plan: { facts } }: Stage): readonly RehearsalStep[] {
  if (facts.rehearse.length > 0) return facts.rehearse
  const ready = facts.runtime.services.find((service) => service.ready !== undefined)?.ready
  if (ready !== undefined) return [{ ready }]
  throw new ReleaseError('CONFIG_INVALID', 'nothing says how to see that the application works', {
    hint: 'Add steps under `rehearse:`, or `ready:` to a service, in slipway.yaml.',
  })
}

function chosen(names: readonly string[]): readonly (readonly [string, Rehearsable])[] {
  const all = Object.entries(CHANNELS)
  const unknown = names.filter((name) => !(name in CHANNELS))
  if (unknown.length > 0) {
    throw new ReleaseError('USAGE', `there is no channel ${unknown.join(', ')}`, {
      hint: `There are ${Object.keys(CHANNELS).join(', ')}.`,
    })
  }
  return names.length === 0 ? all : all.filter(([name]) => names.includes(name))
}

function nothingToInstall(names: readonly string[]): ReleaseError {
  const what = names.length === 0 ? 'any channel' : names.join(', ')
  return new ReleaseError('STAGE_MISSING', `this release has nothing to install by ${what}`, {
    hint: 'Plan a format that can be installed: docker, deb, or pypi with the generated back end.',
  })
}

/** This machine as containers on the engine's own bridge see it; an engine that just started tells only the network. */
async function bridgeAddress(): Promise<string> {
  const ask = ['docker', 'network', 'inspect', 'bridge', '--format', '{{json .IPAM.Config}}'] as const
  const [network]: readonly { readonly Subnet: string; readonly Gateway?: string }[] = JSON.parse(
    await run(ask, { inherit: true }),
  )
  return network?.Gateway ?? network?.Subnet.replace(/0\/\d+$/, '1') ?? '127.0.0.1'
}

function isFile(output: BuiltOutput, mediaType: string): boolean {
  return output.kind === 'file' && output.mediaType === mediaType
}
