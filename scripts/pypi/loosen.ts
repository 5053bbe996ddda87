/** How near to the tested versions an installer must stay: at them, below the next minor one, or below the next major one. */
export const VERSION_RULES = ['exact', 'patch', 'minor'] as const

export type VersionRule = (typeof VERSION_RULES)[number]

// A pin on numbers alone (PEP 440); another one, such as a pre-release, stays as it is.
const PIN = /^={2,3}(?<numbers>\d+(?:\.\d+)+)$/

/** One version specifier by a rule: `==5.2.8` becomes `>=5.2.8,<5.3` (patch) or `>=5.2.8,<6` (minor). */
export function loosened(specifier: string, rule: VersionRule): string {
  const numbers = PIN.exec(specifier)?.groups?.['numbers']
  if (rule === 'exact' || numbers === undefined) return specifier
  const [major = 0, minor = 0] = numbers.split('.').map(Number)
  const next = rule === 'patch' ? `${major}.${minor + 1}` : `${major + 1}`
  return `>=${numbers},<${next}`
}
