import { type Plan, promisedOutputs } from './plan.ts'

const ASSETS = 1000 // GitHub "About releases": files of one release

/** Why a plan cannot be published, whatever is built from it. */
export function planRefusals(plan: Plan): readonly string[] {
  const { facts, checkout } = plan
  const count = promisedOutputs(plan).length
  const unlocked = facts.tools.unlocked ?? []
  const rules: readonly (readonly [boolean, string])[] = [
    [facts.trial, 'it is a trial (no tag stood at the commit)'],
    [checkout.kind !== 'git', 'it was not made from git alone (--allow-dirty, or no git)'],
    [unlocked.length > 0, `no lock pins the packages of front end ${unlocked.join(', ')}`],
    [count > ASSETS, `GitHub takes ${ASSETS} files, these are ${count}`],
  ]
  return rules.filter(([broken]) => broken).map(([, text]) => text)
}

/** What was made by other things than the locked ones. */
export interface Unlocked {
  readonly requirements: boolean // not pinned with hashes
  readonly base: readonly { readonly locked: string; readonly used: string }[]
}

/** THE list of what publishing refuses of how a release was made; a dry run tells the same. */
export function publishRefusals(plan: Plan, { requirements, base }: Unlocked): readonly string[] {
  return [
    ...planRefusals(plan),
    ...base.map(({ locked, used }) => `the image base holds ${used} where slipway.lock says ${locked}`),
    ...(requirements ? ['its requirements are not locked with hashes'] : []),
  ]
}
