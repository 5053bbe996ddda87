import { withoutLogins } from './without-logins.ts'

/** Every way in which a release can be refused or fail; each has a section in docs/errors.md. */
export type ErrorCode =
  | 'USAGE' // the command line itself
  | 'CONFIG_INVALID' // slipway.yaml, all findings at once
  | 'CHECKOUT_REFUSED' // dirty, shallow, not git, submodules, LFS pointers, missing blobs
  | 'VERSION_MISMATCH' // an in-tree version differs from the tag
  | 'VERSION_UNSPELLABLE' // no spelling in a planned ecosystem
  | 'SECRET_FOUND' // a secret-looking file would be packed
  | 'TOOL_MISSING' // a program a stage needs is not there
  | 'COMMAND_FAILED' // a program said no
  | 'NETWORK_FAILED' // a registry or mirror did not answer
  | 'NOT_IN_REGISTRY' // a registry answered that it lacks what is locked
  | 'HASH_MISMATCH' // downloaded bytes are not the locked ones
  | 'SIGNATURE_INVALID' // an index is not signed by a pinned key
  | 'DEPS_UNRESOLVED' // no wheel for a target, native or pure against the declaration
  | 'FRONTEND_FAILED' // a front end's build, its lock or its outputs
  | 'EXPECTATION_FAILED' // an `expect` of the configuration does not hold
  | 'NOT_DETERMINISTIC' // built twice, not the same bytes
  | 'TREE_CHANGED' // a tree changed after its stage
  | 'STATIC_CHANGED' // the static tree changed after its stage
  | 'STAGE_MISSING' // a stage's files are not in dist/
  | 'PATH_REFUSED' // a path that a format cannot hold
  | 'PLAN_DRIFT' // missing or unpromised artifacts
  | 'PROOF_FAILED' // an artifact does not carry what the plan says
  | 'LIMIT_EXCEEDED' // sizes and counts
  | 'NO_SPACE' // not enough free disk
  | 'WORKFLOW_OUTDATED' // the committed workflow is not what the configuration asks for
  | 'PUBLISH_REFUSED' // trial, dirty, other bytes already public
  | 'PUBLISH_FAILED' // GitHub or a registry did not take it
  | 'REHEARSAL_FAILED' // an artifact does not install, start or serve
  | 'INTERRUPTED'

/** Where in a file something is wrong; line and column count from 1. */
export interface Position {
  readonly file: string
  readonly line: number
  readonly column: number
}

interface Details {
  readonly hint: string
  readonly at?: Position
  readonly cause?: unknown
}

/** The one error a person is meant to read: what is wrong, and in `hint` one imperative sentence of what to do; no URL in it keeps its login. */
export class ReleaseError extends Error {
  readonly code: ErrorCode
  readonly hint: string
  readonly at: Position | undefined

  constructor(code: ErrorCode, message: string, details: Details) {
    super(withoutLogins(message), details.cause === undefined ? undefined : { cause: details.cause })
    this.name = 'ReleaseError'
    this.code = code
    this.hint = withoutLogins(details.hint)
    this.at = details.at
  }
}

/** One thing wrong with a configuration; findings are collected and reported together. */
export interface Finding {
  readonly path: readonly (string | number)[] // keys from the root of slipway.yaml
  readonly message: string
  readonly hint?: string
}
