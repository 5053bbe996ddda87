import type { Output } from './artifact.ts'
import type { Facts, Target } from './facts.ts'
import type { BaseRequest } from './format.ts'
import type { TreeListing } from './tree.ts'

/** One planned format; `config` is its section of slipway.yaml with defaults filled in. */
export interface PlannedFormat {
  readonly name: string
  readonly needs: readonly string[]
  readonly config: unknown
  readonly outputs: readonly Output[]
}

/** What changed since a tag, by path; the project's own files, below its folder. */
export interface ChangedFiles {
  readonly since: string
  readonly files: readonly { readonly path: string; readonly how: 'added' | 'changed' | 'removed' }[]
}

/** `dist/plan.json`: everything decided, a pure function of configuration, tag, commit and history. */
export interface Plan {
  readonly schema: 1
  readonly facts: Facts
  readonly formats: readonly PlannedFormat[]
  readonly targets: readonly Target[]
  readonly bases: readonly BaseRequest[]
  /** What seal writes: release.json, SHA256SUMS. */
  readonly sealed: readonly Output[]
  /** What was copied into dist/inputs/ from outside the checkout. */
  readonly inputs: TreeListing
  readonly checkout: {
    readonly kind: 'git' | 'files' // files: no git, or --allow-dirty; publish refuses both
    readonly project: string // the project's folder below the repository's root, `` for the root
  }
  /** Versions known from git tags, oldest first; moving tags and "previous release" come from them. */
  readonly history: readonly string[]
  /** First lines of the commits since the release before, newest first: the notes where no file has them. */
  readonly changes?: readonly string[]
  /** Files of the project that differ from the release before, for the notes. */
  readonly changedFiles?: ChangedFiles
  /** What a person must be told, loudly, each time the plan is used. */
  readonly notices: readonly string[]
}

/** Every promised output of the plan, formats' first, in the order of slipway's list. */
export function promisedOutputs(plan: Plan): readonly Output[] {
  return [...plan.formats.flatMap((format) => format.outputs), ...plan.sealed]
}

/** Planned formats in two waves: those that need nothing, then those that read others' results. */
export function waves(plan: Plan): readonly (readonly PlannedFormat[])[] {
  const first = plan.formats.filter((format) => format.needs.length === 0)
  const second = plan.formats.filter((format) => format.needs.length > 0)
  return [first, second]
}
