type Release = readonly number[]

// PEP 440, version specifiers, for released interpreters: no pre-release, no epoch.
const HOLDS: Readonly<Record<string, (version: Release, wanted: Release, isPrefix: boolean) => boolean>> = {
  '==': (version, wanted, isPrefix) => compare(isPrefix ? version.slice(0, wanted.length) : version, wanted) === 0,
  '!=': (version, wanted, isPrefix) => compare(isPrefix ? version.slice(0, wanted.length) : version, wanted) !== 0,
  '>=': (version, wanted) => compare(version, wanted) >= 0,
  '<=': (version, wanted) => compare(version, wanted) <= 0,
  '>': (version, wanted) => compare(version, wanted) > 0,
  '<': (version, wanted) => compare(version, wanted) < 0,
  '~=': (version, wanted) =>
    compare(version, wanted) >= 0 && compare(version.slice(0, wanted.length - 1), wanted.slice(0, -1)) === 0,
}

/** Whether `python.requires` allows an interpreter such as 3.12.1. */
export function allowsPython(requires: string, version: string): boolean {
  return requires.split(',').every((clause) => {
    const [, operator = '', text = '', prefix] = /^\s*(~=|===?|!=|[<>]=?)\s*v?([\d.]+?)(\.\*)?\s*$/.exec(clause) ?? []
    const holds = HOLDS[operator === '===' ? '==' : operator]
    return holds === undefined || holds(releaseOf(version), releaseOf(text), prefix !== undefined)
  })
}

function releaseOf(text: string): Release {
  return text.split('.').map(Number)
}

function compare(one: Release, other: Release): number {
  const length = Math.max(one.length, other.length)
  const different = Array.from({ length }, (_, at) => (one[at] ?? 0) - (other[at] ?? 0)).find((part) => part !== 0)
  return different ?? 0
}
