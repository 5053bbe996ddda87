import { readFile } from 'node:fs/promises'
import { ReleaseError } from '../core/error.ts'
import { type EarlierRelease, parseEarlier } from '../core/pulls.ts'
import { download } from './http.ts'

/** The release.json of an earlier release, from a file or over HTTP. */
export async function readEarlier(place: string): Promise<EarlierRelease> {
  const text = /^https?:/.test(place) ? await (await download(place)).text() : await readText(place)
  const earlier = parseEarlier(asJson(text))
  if (earlier !== undefined) return earlier
  throw new ReleaseError('USAGE', 'the file that --against names is no release.json that lists layers', {
    hint: 'Give the release.json of an earlier release, or its address.',
  })
}

async function readText(path: string): Promise<string> {
  return readFile(path, 'utf8').catch((cause: unknown) => {
    throw new ReleaseError('USAGE', `${path} cannot be read`, { hint: 'Give an existing release.json.', cause })
  })
}

function asJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
