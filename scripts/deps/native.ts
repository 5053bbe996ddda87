import { ReleaseError } from '../lib/core/error.ts'
import type { DepsListing } from '../lib/core/stages.ts'

/** DEPS_UNRESOLVED unless `python.native` says what resolving found; the builder's own tree does not count. */
export function assertNativeAsDeclared(declared: boolean, trees: DepsListing['trees']): void {
  const targets = Object.entries(trees).filter(([name]) => name !== 'builder')
  const native = targets.flatMap(([, { packages }]) => packages.filter((item) => item.native).map(({ name }) => name))
  if (targets.length === 0 || native.length > 0 === declared) return
  const names = [...new Set(native)].sort().join(', ')
  const found = declared ? 'no dependency carries native code' : `these dependencies carry native code: ${names}`
  throw new ReleaseError('DEPS_UNRESOLVED', `python.native is ${declared}, but ${found}`, {
    hint: `Write \`native: ${!declared}\` below \`python:\` in slipway.yaml.`,
  })
}
