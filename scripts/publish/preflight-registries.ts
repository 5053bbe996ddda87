import { type Plan, promisedOutputs } from '../lib/core/plan.ts'
import { type Patience, RequestFailure } from '../lib/io/attempts.ts'
import { openRepository, splitReference } from '../lib/io/registry.ts'
import { fine, notice, type PreflightFinding, refused } from './preflight-findings.ts'

const GHCR = 'ghcr.io' // hides what the token of a job without `packages` may not read, also what does not exist yet

/** What the registries of a plan say of its exact references, asked with the logins of this machine. Only reads. */
export async function findingsOfRegistries(plan: Plan, patience: Patience): Promise<readonly PreflightFinding[]> {
  const references = promisedOutputs(plan).flatMap((output) => (output.kind === 'image' ? output.references : []))
  return Promise.all(references.map((reference) => findingOf(reference, patience)))
}

async function findingOf(reference: string, patience: Patience): Promise<PreflightFinding> {
  const { repository, tag } = splitReference(reference)
  try {
    const digest = await (await openRepository(repository, patience, 'login')).digestOf(tag)
    if (digest === undefined) return fine('registry', `${reference} is free`)
    const repair = 'Publish again only to confirm it: other bytes are refused, a public tag is never replaced.'
    return notice('registry', `${reference} is there already (${digest})`, repair)
  } catch (failure) {
    if (!(failure instanceof RequestFailure)) throw failure
    return unread(reference, failure.status)
  }
}

function unread(reference: string, status: number): PreflightFinding {
  const [host = ''] = reference.split('/')
  const hidden = status === 403 || (status === 401 && host === GHCR)
  if (status === 401 && !hidden) {
    const repair = `Log in first: \`docker login ${host}\`; a workflow on GitHub needs \`packages: write\`.`
    return refused('registry', `${host} wants a login that it does not have for ${reference}`, repair)
  }
  if (hidden) {
    const repair = 'Do nothing if the package is new, or if a later job has `packages: write`.'
    return notice('registry', `${host} does not show ${reference} to this login`, repair)
  }
  return refused('registry', `${host} did not answer (${status})`, 'Check the host in slipway.yaml, and the network.')
}
