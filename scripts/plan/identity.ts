import type { VersionRule } from '../lib/core/config/sections.ts'
import { ReleaseError } from '../lib/core/error.ts'
import { type InTreeVersion, readInTreeVersion } from '../lib/core/in-tree-versions.ts'
import type { Plan } from '../lib/core/plan.ts'
import { compareVersions, parseTag, spellVersion, tagOf, type Versions } from '../lib/core/version.ts'
import { type Checkout, changedSince, subjectsSince } from '../lib/io/git.ts'
import type { ProjectFiles } from './project-files.ts'

/** Which version is released, and why it may be a trial. */
export interface Identity {
  readonly versions: Versions
  readonly trial: boolean
  readonly notices: readonly string[]
}

/** Decides the version: `--tag`, else the tag at HEAD, else what the tree says, as a trial; all must agree. */
export async function decideIdentity(
  rule: VersionRule,
  asked: string | undefined,
  checkout: Checkout | undefined,
  files: ProjectFiles,
): Promise<Identity> {
  const found = await Promise.all(
    rule.files.map(async (place) => readInTreeVersion(place, await files.read(place.file))),
  )
  const tag = asked ?? tagAtHead(rule, checkout)
  if (tag === undefined) return trialOf(rule, found)
  const plain = plainOf(rule, tag)
  assertAgreement(`tag ${tag} says`, plain, found)
  return { versions: spellVersion(plain, tag), ...standing(tag, checkout) }
}

function tagAtHead(rule: VersionRule, checkout: Checkout | undefined): string | undefined {
  if (checkout === undefined) return undefined
  const here = checkout.tags.filter(
    ({ name, commit }) => commit === checkout.commit && parseTag(rule.tag, name) !== undefined,
  )
  const order = (name: string): string => parseTag(rule.tag, name) ?? ''
  return here.map(({ name }) => name).sort((a, b) => compareVersions(order(b), order(a)))[0]
}

function plainOf(rule: VersionRule, tag: string): string {
  const plain = parseTag(rule.tag, tag)
  if (plain !== undefined) return plain
  throw new ReleaseError('USAGE', `the tag ${tag} is no version of the pattern ${rule.tag}`, {
    hint: `Tag it such as ${tagOf(rule.tag, '1.2.0')} (version.tag in slipway.yaml).`,
  })
}

/** A tag that exists must be here; one that does not exist yet makes a trial. */
function standing(tag: string, checkout: Checkout | undefined): Pick<Identity, 'trial' | 'notices'> {
  const known = checkout?.tags.find(({ name }) => name === tag)
  if (known === undefined) return { trial: true, notices: [`trial: the tag ${tag} is not in this checkout`] }
  if (known.commit === checkout?.commit) return { trial: false, notices: [] }
  throw new ReleaseError('CHECKOUT_REFUSED', `the tag ${tag} is not at HEAD but at ${known.commit.slice(0, 12)}`, {
    hint: `Run \`git checkout ${tag}\` first.`,
  })
}

function trialOf(rule: VersionRule, found: readonly InTreeVersion[]): Identity {
  const plain = found.find((place) => place.found !== undefined)?.found
  if (plain === undefined) {
    throw new ReleaseError('CHECKOUT_REFUSED', 'no release tag is at HEAD and no file of the tree says a version', {
      hint: `Give one with --tag ${tagOf(rule.tag, '0.1.0')}, or name a file in version.files.`,
    })
  }
  if (parseTag('{version}', plain) === undefined) {
    const hint = 'Write it such as 1.2.0, 1.2.0rc1 or 1.2.0-rc.1.'
    throw new ReleaseError('VERSION_UNSPELLABLE', `the tree's version ${plain} is no version`, { hint })
  }
  assertAgreement('the tree says', plain, found)
  const notice = `trial: no release tag is at HEAD, the tree's version ${plain} is used`
  return { versions: spellVersion(plain, tagOf(rule.tag, plain)), trial: true, notices: [notice] }
}

function assertAgreement(lead: string, plain: string, found: readonly InTreeVersion[]): void {
  const others = found.filter((place) => place.found === undefined || !sameVersion(place.found, plain))
  if (others.length === 0) return
  const lines = found.map(
    ({ file, found: value, fault }) => `  ${file} ${value === undefined ? fault : `says ${value}`}`,
  )
  throw new ReleaseError('VERSION_MISMATCH', [`${lead} ${plain}, but not every file agrees`, ...lines].join('\n'), {
    hint: `Write ${plain} into each of them and tag that commit.`,
  })
}

function sameVersion(a: string, b: string): boolean {
  if (a === b) return true
  try {
    return compareVersions(a, b) === 0
  } catch {
    return false
  }
}

/** Versions of all release tags, oldest first. */
export function historyOf(rule: VersionRule, checkout: Checkout | undefined): readonly string[] {
  const plains = (checkout?.tags ?? []).flatMap(({ name }) => parseTag(rule.tag, name) ?? [])
  return [...new Set(plains)].sort((a, b) => compareVersions(a, b) || (a < b ? -1 : 1))
}

/** What the notes of a release may tell of it. */
type Changes = Required<Pick<Plan, 'changes'>> & Pick<Plan, 'changedFiles'>

/** What lies between the newest older release and this one; nothing where there is no such release. */
export async function changesOf(rule: VersionRule, version: string, checkout: Checkout | undefined): Promise<Changes> {
  const older = checkout === undefined ? undefined : olderRelease(rule, version, checkout.tags)
  if (checkout === undefined || older === undefined) return { changes: [] }
  const [changes, files] = [subjectsSince(checkout, older.commit), changedSince(checkout, older.commit)]
  return { changes: await changes, changedFiles: { since: older.name, files: await files } }
}

function olderRelease(
  rule: VersionRule,
  version: string,
  tags: Checkout['tags'],
): Checkout['tags'][number] | undefined {
  const versioned = tags.flatMap((tag) => {
    const other = parseTag(rule.tag, tag.name)
    return other !== undefined && compareVersions(other, version) < 0 ? [{ tag, other }] : []
  })
  return versioned.sort((a, b) => compareVersions(b.other, a.other))[0]?.tag
}
