import type { HostedAsset, HostedRelease } from '../lib/core/hosted.ts'
import { authorshipOf } from './marker.ts'

/** A file that the release must show, as it was measured in dist/. */
export interface OurAsset {
  readonly name: string
  readonly size: number
  readonly sha256: string
}

/** The release as it must be. */
export interface OurRelease {
  readonly tag: string
  readonly body: string // with its marker
  readonly assets: readonly OurAsset[]
}

/** What must happen to one name. `compare`: GitHub has no digest for it, so only its bytes can tell. */
export type AssetStep =
  | { readonly step: 'keep'; readonly name: string }
  | { readonly step: 'upload'; readonly name: string }
  | { readonly step: 'replace'; readonly name: string; readonly remove: readonly HostedAsset[]; readonly why: string }
  | { readonly step: 'compare'; readonly name: string; readonly asset: HostedAsset }
  | { readonly step: 'remove'; readonly name: string; readonly remove: readonly HostedAsset[]; readonly why: string }
  | { readonly step: 'refuse'; readonly name: string; readonly why: string }

/** What must happen to the release of a tag; `stale` are other drafts that an earlier run of ours left. */
export type Decision =
  | { readonly kind: 'create'; readonly steps: readonly AssetStep[]; readonly stale: readonly HostedRelease[] }
  | {
      readonly kind: 'continue'
      readonly release: HostedRelease
      readonly steps: readonly AssetStep[]
      readonly stale: readonly HostedRelease[]
      readonly body: 'keep' | 'replace'
    }
  | { readonly kind: 'refuse'; readonly release: HostedRelease; readonly refused: readonly AssetStep[] }

type Lifecycle = 'draft' | 'public' | 'frozen'
type Condition = 'missing' | 'equal' | 'unknown' | 'unfinished' | 'truncated' | 'other'
type Verb = AssetStep['step']

// A public file is never replaced: people pin it by hash. Adding what is missing harms nobody, if GitHub takes it.
const STEPS: Readonly<Record<Lifecycle, Readonly<Record<Condition, Verb>>>> = {
  draft: {
    missing: 'upload',
    equal: 'keep',
    unknown: 'compare',
    unfinished: 'replace',
    truncated: 'replace',
    other: 'replace',
  },
  public: {
    missing: 'upload',
    equal: 'keep',
    unknown: 'compare',
    unfinished: 'replace',
    truncated: 'refuse',
    other: 'refuse',
  },
  frozen: {
    missing: 'refuse',
    equal: 'keep',
    unknown: 'compare',
    unfinished: 'refuse',
    truncated: 'refuse',
    other: 'refuse',
  },
}

const REASONS: Readonly<Record<Condition, string>> = {
  missing: 'is missing in an immutable release',
  equal: 'is equal',
  unknown: 'has no digest',
  unfinished: 'was never finished',
  truncated: 'has another size',
  other: 'has other bytes',
}

/** What must be done so that GitHub shows exactly our release; pure. `theirs` are all releases and drafts of the tag. */
export function reconcile(ours: OurRelease, theirs: readonly HostedRelease[]): Decision {
  const { chosen, stale } = chooseRelease(ours, theirs)
  if (chosen === undefined) return { kind: 'create', steps: reconcileAssets(ours.assets, [], 'draft'), stale }
  const steps = reconcileAssets(ours.assets, chosen.assets, lifecycleOf(chosen))
  const refused = steps.filter(({ step }) => step === 'refuse')
  if (refused.length > 0) return { kind: 'refuse', release: chosen, refused }
  const outdated = chosen.draft && authorshipOf(chosen.body) === 'own' && !sameText(chosen.body, ours.body)
  return { kind: 'continue', release: chosen, steps, stale, body: outdated ? 'replace' : 'keep' }
}

/** Drafts of the tag that somebody else made: never touched, only told. */
export function foreignDrafts(ours: OurRelease, theirs: readonly HostedRelease[]): readonly HostedRelease[] {
  return theirs.filter((release) => release.draft && !isOurs(ours, release))
}

/** The steps of the files alone. */
export function reconcileAssets(
  ours: readonly OurAsset[],
  theirs: readonly HostedAsset[],
  lifecycle: Lifecycle,
): readonly AssetStep[] {
  const wanted = new Set(ours.map(({ name }) => name))
  const strangers = theirs.filter((asset) => !wanted.has(asset.name))
  return [
    ...ours.map((asset) => reconcileAsset(asset, theirs, lifecycle)),
    ...(lifecycle === 'draft' ? strangers.map((asset) => reconcileStranger(asset, wanted)) : []),
  ]
}

/** The lifecycle that decides what may still be done to a release's files. */
export function lifecycleOf(release: HostedRelease): Lifecycle {
  if (release.draft) return 'draft'
  return release.immutable ? 'frozen' : 'public'
}

/** The step of one name; also asked in the middle of an upload that may have landed although it failed. */
export function reconcileAsset(our: OurAsset, theirs: readonly HostedAsset[], lifecycle: Lifecycle): AssetStep {
  const { name } = our
  const there = theirs.find((asset) => asset.name === name)
  const condition = conditionOf(our, there)
  const step = STEPS[lifecycle][condition]
  const why = REASONS[condition]
  if (step === 'upload' || step === 'keep') return { step, name }
  if (step === 'compare' && there !== undefined) return { step, name, asset: there }
  if (step === 'replace' && there !== undefined) return { step, name, remove: [there], why }
  return { step: 'refuse', name, why }
}

function conditionOf(our: OurAsset, there: HostedAsset | undefined): Condition {
  if (there === undefined) return 'missing'
  if (there.state !== 'uploaded') return 'unfinished'
  if (there.size !== our.size) return 'truncated'
  if (there.digest === undefined) return 'unknown'
  return there.digest === `sha256:${our.sha256}` ? 'equal' : 'other'
}

// A name that the release does not promise: what a broken or renamed upload of ours left goes, a person's file does not.
function reconcileStranger(asset: HostedAsset, wanted: ReadonlySet<string>): AssetStep {
  const { name } = asset
  const remove = [asset]
  if (wanted.has(asset.label)) return { step: 'remove', name, remove, why: `GitHub renamed ${asset.label}` }
  if (asset.state !== 'uploaded') return { step: 'remove', name, remove, why: REASONS.unfinished }
  return { step: 'refuse', name, why: 'is in the draft but not promised by the plan' }
}

function chooseRelease(
  ours: OurRelease,
  theirs: readonly HostedRelease[],
): { readonly chosen: HostedRelease | undefined; readonly stale: readonly HostedRelease[] } {
  const published = theirs.find((release) => !release.draft)
  const drafts = theirs.filter((release) => release.draft && isOurs(ours, release))
  const fullest = drafts.toSorted((a, b) => countEqual(ours, b) - countEqual(ours, a) || a.id - b.id)[0]
  const chosen = published ?? fullest
  return { chosen, stale: drafts.filter((draft) => draft !== chosen) }
}

function isOurs(ours: OurRelease, draft: HostedRelease): boolean {
  return authorshipOf(draft.body) !== 'foreign' || countEqual(ours, draft) > 0
}

function countEqual(ours: OurRelease, { assets }: HostedRelease): number {
  return ours.assets.filter((our) => reconcileAsset(our, assets, 'draft').step === 'keep').length
}

function sameText(a: string, b: string): boolean {
  return a.replaceAll('\r\n', '\n').trim() === b.replaceAll('\r\n', '\n').trim()
}
