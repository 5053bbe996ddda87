import { build } from './build-artifacts.ts'
import { staticVerb } from './build-static.ts'
import { indexVerb } from './check-index.ts'
import { check } from './check-project.ts'
import { dryRun } from './dry-run-release.ts'
import { pack, unpack } from './hand-over.ts'
import type { Verb } from './lib/io/command-line.ts'
import { runCommandLine } from './lib/io/main.ts'
import { lockVerb } from './lock-base.ts'
import { appVerb } from './make-app.ts'
import { baseVerb } from './make-base.ts'
import { sourceVerb } from './make-source.ts'
import { plan } from './plan-release.ts'
import { preflightVerb } from './preflight-release.ts'
import { proveVerb } from './prove-release.ts'
import { publishVerb } from './publish-release.ts'
import { rehearseVerb } from './rehearse-release.ts'
import { depsVerb } from './resolve-deps.ts'
import { jobVerb } from './run-job.ts'
import { sealVerb } from './seal-release.ts'
import { docs } from './write-docs.ts'
import { subjectsVerb } from './write-subjects.ts'
import { workflowVerb } from './write-workflow.ts'

const stageVerbs: readonly Verb[] = [
  check,
  workflowVerb,
  lockVerb,
  dryRun,
  plan,
  preflightVerb,
  sourceVerb,
  appVerb,
  depsVerb,
  baseVerb,
  staticVerb,
  build,
  proveVerb,
  rehearseVerb,
  sealVerb,
  subjectsVerb,
  publishVerb,
  indexVerb,
  pack,
  unpack,
  docs,
]

/** THE command line: one verb each, in the order in which a release goes through them. */
export const verbs: readonly Verb[] = [...stageVerbs, jobVerb(stageVerbs)]

if (import.meta.main) await runCommandLine(verbs)
