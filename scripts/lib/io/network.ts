import { readFile } from 'node:fs/promises'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { ReleaseError } from '../core/error.ts'

/** Where a registry is, without credentials, and the headers that carry them. */
export interface Registry {
  readonly url: string // without trailing slash
  readonly headers: Readonly<Record<string, string>>
  /** As the person configured it, credentials and all: only for the environment of a child. */
  readonly configured: string
}

// How this machine reaches the network; nothing else of the person's environment reaches a child.
const PASSED = [
  'HTTP_PROXY',
  'HTTPS_PROXY',
  'ALL_PROXY',
  'NO_PROXY',
  'http_proxy',
  'https_proxy',
  'all_proxy',
  'no_proxy',
  'SSL_CERT_FILE',
  'SSL_CERT_DIR',
  'NODE_EXTRA_CA_CERTS',
]

/** Proxies and certificate authorities of this machine, for children that download. */
export function networkEnvironment(): Record<string, string> {
  const pairs = PASSED.map((name) => [name, process.env[name]] as const)
  return Object.fromEntries(pairs.filter((pair): pair is [string, string] => pair[1] !== undefined))
}

// Other indexes and logins, by uv's own variables (uv's reference of environment variables).
const OF_UV =
  /^UV_(?:INDEX|EXTRA_INDEX_URL|INDEX_STRATEGY|INDEX_[A-Z0-9_]+_(?:USERNAME|PASSWORD)|KEYRING_PROVIDER|HTTP_TIMEOUT|INSECURE_HOST|SYSTEM_CERTS|NATIVE_TLS)$/

/** What this machine tells uv and pip of other indexes, as uv reads it; credentials and all, only for the environment of a child. */
export function otherIndexes(): Record<string, string> {
  const own = Object.entries(process.env).filter(
    (pair): pair is [string, string] => OF_UV.test(pair[0]) && pair[1] !== '',
  )
  const { PIP_EXTRA_INDEX_URL, PIP_CERT, REQUESTS_CA_BUNDLE, NETRC } = process.env
  const pip = { UV_EXTRA_INDEX_URL: PIP_EXTRA_INDEX_URL, SSL_CERT_FILE: PIP_CERT ?? REQUESTS_CA_BUNDLE, NETRC }
  const told = Object.entries(pip).filter((pair): pair is [string, string] => (pair[1] ?? '') !== '')
  return { ...Object.fromEntries(told), ...Object.fromEntries(own) }
}

/** The Python index as uv and pip are told it, else the public one. */
export function pythonIndex(): Registry {
  const { UV_DEFAULT_INDEX, UV_INDEX_URL, PIP_INDEX_URL } = process.env
  return registryOf([UV_DEFAULT_INDEX, UV_INDEX_URL, PIP_INDEX_URL], 'https://pypi.org/simple')
}

/** The npm registry as npm is told it by its environment or the person's .npmrc, else the public one. */
export async function npmRegistry(): Promise<Registry> {
  const { npm_config_registry, NPM_CONFIG_REGISTRY } = process.env
  const file = await readFile(join(homedir(), '.npmrc'), 'utf8').catch(() => '')
  const line = /^\s*registry\s*=\s*(\S+)\s*$/m.exec(file)?.[1]
  return registryOf([npm_config_registry, NPM_CONFIG_REGISTRY, line], 'https://registry.npmjs.org')
}

/** The first address that is set; an empty one is not, as workflows leave it where a variable is missing. */
function registryOf(addresses: readonly (string | undefined)[], standard: string): Registry {
  const configured = addresses.find((address) => address !== undefined && address !== '') ?? standard
  if (!URL.canParse(configured)) {
    throw new ReleaseError('USAGE', `the address that stands in for ${standard} is no URL`, {
      hint: 'Write it as https://… in UV_DEFAULT_INDEX (Python) or npm_config_registry (npm); it is never shown.',
    })
  }
  const url = new URL(configured)
  const { username, password } = url
  url.username = ''
  url.password = ''
  const login = Buffer.from(`${decoded(username)}:${decoded(password)}`).toString('base64')
  return {
    url: url.href.replace(/\/$/, ''),
    headers: username === '' && password === '' ? {} : { authorization: `Basic ${login}` },
    configured,
  }
}

/** A part of a URL without its percent encoding; a lone % stands for itself, as curl and pip read it. */
function decoded(part: string): string {
  return part.replaceAll(/(?:%[0-9a-f]{2})+/gi, (run) => Buffer.from(run.replaceAll('%', ''), 'hex').toString())
}
