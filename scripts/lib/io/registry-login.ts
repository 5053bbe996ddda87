import { readFile } from 'node:fs/promises'
import { homedir } from 'node:os'
import { join } from 'node:path'

/** Who we are at a registry; `user:password` in base64, as HTTP Basic sends it. */
export type Login = string | undefined

interface DockerConfig {
  readonly auths?: Readonly<Record<string, { readonly auth?: string }>>
}

const DOCKER_HUB = 'https://index.docker.io/v1/' // the name under which `docker login` without a host keeps it

/** The login that `docker login` (or its workflow action) left for a host; for ghcr.io else GITHUB_TOKEN. */
export async function loginFor(host: string): Promise<Login> {
  const { DOCKER_CONFIG, GITHUB_TOKEN, GITHUB_ACTOR } = process.env
  const path = join(DOCKER_CONFIG ?? join(homedir(), '.docker'), 'config.json')
  const text = await readFile(path, 'utf8').catch(() => '{}')
  const { auths = {} }: DockerConfig = JSON.parse(text)
  const names = host === 'docker.io' ? [DOCKER_HUB, host] : [host, `https://${host}`, `https://${host}/v1/`]
  const known = names.map((name) => auths[name]?.auth).find((auth) => auth !== undefined)
  if (known !== undefined || host !== 'ghcr.io' || GITHUB_TOKEN === undefined) return known
  return Buffer.from(`${GITHUB_ACTOR ?? 'token'}:${GITHUB_TOKEN}`).toString('base64')
}

/** The `WWW-Authenticate` of a 401 (RFC 9110 §11.6.1), as far as registries use it. */
export interface Challenge {
  readonly scheme: string // lower case
  readonly parameters: Readonly<Record<string, string>>
}

/** Reads a challenge; undefined where there is none. */
export function parseChallenge(header: string | null): Challenge | undefined {
  const [, scheme, rest = ''] = /^\s*(\w+)\s*(.*)$/.exec(header ?? '') ?? []
  if (scheme === undefined) return undefined
  const pairs = [...rest.matchAll(/(\w+)="([^"]*)"/g)].map(([, key = '', value = '']) => [key, value] as const)
  return { scheme: scheme.toLowerCase(), parameters: Object.fromEntries(pairs) }
}

/** The Authorization header that answers a challenge: Basic, or a token fetched for the scope (distribution token specification). */
export async function answerChallenge({ scheme, parameters }: Challenge, login: Login): Promise<string | undefined> {
  const basic = login === undefined ? undefined : `Basic ${login}`
  const { realm, service, scope } = parameters
  if (scheme !== 'bearer' || realm === undefined) return basic
  const url = new URL(realm)
  if (service !== undefined) url.searchParams.set('service', service)
  for (const part of scope?.split(' ') ?? []) url.searchParams.append('scope', part)
  const response = await fetch(url, { headers: basic === undefined ? {} : { authorization: basic } })
  if (!response.ok) return undefined
  const { token, access_token: accessToken } = (await response.json()) as Readonly<Record<string, string>>
  const bearer = token ?? accessToken
  return bearer === undefined ? undefined : `Bearer ${bearer}`
}
