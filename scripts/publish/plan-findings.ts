import { type Plan, promisedOutputs } from '../lib/core/plan.ts'
import { isKeptByGithub } from './asset-name.ts'

const ASSETS = 1000 // GitHub "About releases": files of one release

/** Why a plan cannot be published, whatever is built from it. */
export function planFindings(plan: Plan): readonly string[] {
  const { facts, checkout } = plan
  const count = promisedOutputs(plan).length
  const unlocked = facts.tools.unlocked ?? []
  const rules: readonly (readonly [boolean, string])[] = [
    [facts.trial, 'it is a trial: no tag stood at the commit'],
    [checkout.kind !== 'git', 'it was not made from git alone (--allow-dirty, or no git)'],
    [unlocked.length > 0, `no lock pins the packages of front end ${unlocked.join(', ')}`],
    [count > ASSETS, `GitHub takes ${ASSETS} files, these are ${count}`],
  ]
  return rules.filter(([broken]) => broken).map(([, text]) => text)
}

/** Promised names that GitHub would show otherwise than they are written in the sums. */
export function changedNames(plan: Plan): readonly string[] {
  return promisedOutputs(plan)
    .map(({ name }) => name)
    .filter((name) => !isKeptByGithub(name))
}
