import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'

const PUBLIC = 'https://deb.debian.org'
const APT = '/etc/apt'

/** Where Debian packages may come from, in the order to ask: an URL, a folder, or `apt` for the system's own downloader. */
export async function debianMirrors(asked?: string): Promise<readonly string[]> {
  const { SLIPWAY_DEBIAN_MIRROR } = process.env
  const chosen = asked ?? SLIPWAY_DEBIAN_MIRROR
  if (chosen !== undefined) return [chosen]
  return [...new Set([...(await machineMirrors()), PUBLIC])]
}

/** The mirror that the system's own apt is sent to: the one it knows, else the public one. */
export async function aptMirror(): Promise<string> {
  return (await machineMirrors())[0] ?? PUBLIC
}

/** Debian mirrors of this machine's apt sources (sources.list(5), both formats), without the `/debian` at their end. */
async function machineMirrors(): Promise<string[]> {
  const parts = await readdir(join(APT, 'sources.list.d')).catch(() => [])
  const files = ['sources.list', ...parts.sort().map((name) => join('sources.list.d', name))]
  const texts = await Promise.all(files.map((name) => readFile(join(APT, name), 'utf8').catch(() => '')))
  return parseAptSources(texts.join('\n')).filter((mirror) => new URL(mirror).host !== new URL(PUBLIC).host)
}

/** What lies above `/debian` in the URIs of apt sources. */
export function parseAptSources(text: string): string[] {
  const lines = text.split('\n').filter((line) => /^\s*(?:deb\s|URIs:)/.test(line))
  const uris = lines.flatMap((line) => line.match(/https?:\/\/\S+/g) ?? [])
  return [...new Set(uris.flatMap((uri) => /^(.*)\/debian\/?$/.exec(uri)?.[1] ?? []))]
}
