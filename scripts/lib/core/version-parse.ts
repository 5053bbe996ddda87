/** A version taken apart, whatever style its tag was written in. */
export interface ParsedVersion {
  readonly epoch: number
  readonly release: readonly number[]
  readonly pre?: { readonly word: string; readonly number: number }
  readonly post?: number
  readonly dev?: number
}

/** Why a text is no version that Slipway can order. */
export interface Unparsed {
  readonly refused: string
}

// PEP 440 appendix B, with any lower-case word as SemVer allows in place of a/b/rc.
const GRAMMAR =
  /^v?(?:(?<epoch>\d+)!)?(?<release>\d+(?:\.\d+)*)(?:[-_.]?(?<word>(?!post|rev|dev|r(?!c))[a-z]+)[-_.]?(?<number>\d*))?(?<post>[-_.]?(?:post|rev|r)[-_.]?(?<postNumber>\d*))?(?<dev>[-_.]?dev[-_.]?(?<devNumber>\d*))?$/

const WORDS: Readonly<Record<string, string>> = {
  a: 'alpha',
  b: 'beta',
  c: 'rc',
  pre: 'rc',
  preview: 'rc',
}

const LONGEST = 15 // digits that a double holds exactly

/** Takes a version apart: SemVer (1.2.0-rc.1) and PEP 440 (1.2.0rc1) style, calendar versions, with or without `v`. */
export function parseVersion(text: string): ParsedVersion | Unparsed {
  const plain = text.toLowerCase()
  if (plain.includes('+')) return { refused: 'a local version (+…) marks a build that is not released' }
  if (/^v?[\d.]+-\d+$/.test(plain)) return { refused: '-N is a post-release in PEP 440 and a pre-release in SemVer' }
  const groups = GRAMMAR.exec(plain)?.groups
  if (groups === undefined) return { refused: 'it reads neither as SemVer nor as PEP 440' }
  if (/\d{16}/.test(plain)) return { refused: `a number has more than ${LONGEST} digits` }
  const { epoch = '0', release = '', word, number = '', post, postNumber = '', dev, devNumber = '' } = groups
  return {
    epoch: Number(epoch),
    release: release.split('.').map(Number),
    ...(word === undefined ? {} : { pre: { word: WORDS[word] ?? word, number: Number(number) } }),
    ...(post === undefined ? {} : { post: Number(postNumber) }),
    ...(dev === undefined ? {} : { dev: Number(devNumber) }),
  }
}

/** One form for equal releases: at least three numbers, no zero at the end beyond them (1.2 = 1.2.0 = 1.2.0.0). */
export function equalRelease(release: readonly number[]): readonly number[] {
  const last = release.findLastIndex((number) => number !== 0)
  return Array.from({ length: Math.max(3, last + 1) }, (_, index) => release[index] ?? 0)
}

/** Order of what stands behind equal releases: dev < pre < the release < post; dev before what it is added to. */
export function comparePhases(a: ParsedVersion, b: ParsedVersion): number {
  const [left, right] = [phaseKey(a), phaseKey(b)]
  return (
    left.phase - right.phase ||
    compareWords(left.word, right.word) ||
    left.number - right.number ||
    left.post - right.post ||
    compareNumbers(left.dev, right.dev)
  )
}

interface PhaseKey {
  readonly phase: number
  readonly word: string
  readonly number: number
  readonly post: number
  readonly dev: number
}

function phaseKey({ pre, post, dev }: ParsedVersion): PhaseKey {
  const alone = pre === undefined && post === undefined && dev !== undefined
  return {
    phase: alone ? 0 : pre === undefined ? 2 : 1,
    word: pre?.word ?? '',
    number: pre?.number ?? 0,
    post: post ?? -1,
    dev: dev ?? Number.POSITIVE_INFINITY,
  }
}

function compareNumbers(a: number, b: number): number {
  return a === b ? 0 : a < b ? -1 : 1
}

function compareWords(a: string, b: string): number {
  return a === b ? 0 : a < b ? -1 : 1
}
