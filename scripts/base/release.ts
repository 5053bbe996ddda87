import { type Key, readCleartextMessage, readKeys, verify } from 'openpgp'
import { ReleaseError } from '../lib/core/error.ts'
import { field } from './package-index.ts'

/** An index of packages, named in a signed release file. */
export interface IndexFile {
  readonly path: string // relative to the folder of the release file
  readonly size: number
  readonly sha256: string
}

/** A verified release file. */
export interface Release {
  readonly archive: string // debian, debian-security
  readonly suite: string // its codename: trixie, trixie-updates, trixie-security
  readonly date: number // seconds
  readonly signers: readonly string[] // fingerprints of the pinned keys that signed it
  index(arch: string): IndexFile
}

interface Wanted {
  readonly archive: string
  readonly suite: string
  readonly now: number // seconds
}

/** Verifies an InRelease file by pinned keys and reads only what was signed. SIGNATURE_INVALID says which check failed. */
export async function verifyRelease(text: string, armoredKeys: readonly string[], wanted: Wanted): Promise<Release> {
  const refuse = refusal(wanted)
  const message = await readCleartextMessage({ cleartextMessage: text }).catch((cause: unknown) => {
    throw refuse('is not a signed release file', cause)
  })
  const keys = (await Promise.all(armoredKeys.map((armoredKey) => readKeys({ armoredKeys: armoredKey })))).flat()
  const date = new Date(wanted.now * 1000)
  const { data, signatures } = await verify({ message, verificationKeys: keys, date })
  const signers: string[] = []
  for (const { keyID, verified } of signatures) {
    const good = await verified.catch(() => false)
    const key = keys.find((one) => one.getKeys().some((part) => part.getKeyID().equals(keyID)))
    if (good && key !== undefined) signers.push(fingerprint(key))
  }
  if (signers.length === 0) throw refuse('has no valid signature by a pinned key')
  return readRelease(data, wanted, [...new Set(signers)].sort()) // never the text: lines around the armour are unsigned
}

function readRelease(data: string, wanted: Wanted, signers: readonly string[]): Release {
  const refuse = refusal(wanted)
  const value = (name: string): string => field(data, name)
  // Suite says "stable", which moves; Codename does not
  if (value('Codename') !== wanted.suite) throw refuse(`says it is ${value('Codename')}`)
  const until = value('Valid-Until')
  if (until !== '' && seconds(until) < wanted.now) throw refuse(`was valid until ${until} only`)
  return {
    archive: wanted.archive,
    suite: wanted.suite,
    date: seconds(value('Date')),
    signers,
    index(arch) {
      const path = `main/binary-${arch}/Packages.xz`
      const row = value('SHA256')
        .split('\n')
        .map((line) => line.trim().split(/\s+/))
        .find((columns) => columns[2] === path)
      if (row?.[0] === undefined) throw refuse(`lists no ${path}`)
      return { path, sha256: row[0], size: Number(row[1]) }
    },
  }
}

function refusal({ archive, suite }: Wanted): (what: string, cause?: unknown) => ReleaseError {
  return (what, cause) =>
    new ReleaseError('SIGNATURE_INVALID', `InRelease of ${archive} ${suite} ${what}`, {
      hint: 'Do not use this mirror before you know why; the clock of this machine is the harmless reason.',
      cause,
    })
}

const fingerprint = (key: Key): string => key.getFingerprint().toUpperCase()

const seconds = (date: string): number => Math.floor(Date.parse(date) / 1000)
