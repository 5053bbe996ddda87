import type { HandedFormat } from '../lib/core/hand-over.ts'

/** What a release workflow follows from: the configuration, and the Slipway that its jobs call. */
export interface WorkflowFacts {
  readonly tag: string // pattern of slipway.yaml, such as v{version}
  readonly project: string // folder below the root of the repository, `.` for the root itself
  readonly config?: string // the configuration file, where it is not slipway.yaml of the project
  readonly formats: readonly HandedFormat[]
  readonly attest: boolean
  readonly rehearse: readonly string[] // channels; none: no such job
  readonly environment?: string // approves what cannot be taken back
  readonly slipway: string // after `uses:`; `./` in Slipway's own repository
}

/** One step, as GitHub Actions reads it. */
export interface Step {
  readonly id?: string
  readonly if?: string
  readonly uses: string
  readonly with: Readonly<Record<string, unknown>>
  readonly env?: Readonly<Record<string, string>>
}

/** One job; `about` becomes a comment above it. */
export interface Job {
  readonly name: string
  readonly about?: string
  readonly needs: readonly string[]
  readonly if?: string
  readonly environment?: string
  readonly permissions: Readonly<Record<string, string>>
  readonly steps: readonly Step[]
}

/** A value that GitHub fills in when the workflow runs. */
export function expression(text: string): string {
  return `\${{ ${text} }}`
}
