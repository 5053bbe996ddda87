import { ReleaseError } from '../core/error.ts'

/** Where GitHub is and how we may write; read once, so that nothing else looks into the environment. */
export interface GithubSettings {
  readonly apiUrl: string
  readonly site: string // where a person's browser goes
  readonly repository: { readonly owner: string; readonly repo: string }
  readonly token: string
  /** What one second of waiting lasts, in milliseconds; less only where a stand-in answers. */
  readonly second: number
  /** Milliseconds without a byte after which a request is given up and tried again. */
  readonly stall: number
}

const PUBLIC = 'https://api.github.com'
const STALL = 120_000 // GitHub computes the digest of a large file before it answers

/** GITHUB_TOKEN, GITHUB_API_URL (Enterprise), and the repository of slipway.yaml or else GITHUB_REPOSITORY. */
export function readGithubSettings(repository: string | undefined): GithubSettings {
  const { GITHUB_TOKEN, SLIPWAY_SECOND_MS } = process.env
  const [owner = '', repo = '', ...rest] = (repositoryName(repository) ?? '').split('/')
  if (owner === '' || repo === '' || rest.length > 0) {
    throw new ReleaseError('PUBLISH_REFUSED', 'it is not known which repository to publish to', {
      hint: 'Write `release: { repository: owner/name }` into slipway.yaml, or set GITHUB_REPOSITORY.',
    })
  }
  if (GITHUB_TOKEN === undefined || GITHUB_TOKEN === '') {
    throw new ReleaseError('PUBLISH_REFUSED', 'GITHUB_TOKEN is not set', {
      hint: `Set it to a token that may write the contents of ${owner}/${repo}.`,
    })
  }
  return {
    apiUrl: apiUrl(),
    site: githubSite(),
    repository: { owner, repo },
    token: GITHUB_TOKEN,
    second: /^\d+$/.test(SLIPWAY_SECOND_MS ?? '') ? Number(SLIPWAY_SECOND_MS) : 1000,
    stall: STALL,
  }
}

/** `owner/name` of slipway.yaml, else of the workflow that runs. */
export function repositoryName(configured: string | undefined): string | undefined {
  return configured ?? process.env['GITHUB_REPOSITORY']
}

/** Where GitHub's pages are. https://docs.github.com/enterprise-server/rest: the API of an own server is at /api/v3 of its site. */
export function githubSite(): string {
  const url = apiUrl()
  return url === PUBLIC ? 'https://github.com' : url.replace(/\/api\/v3$/, '')
}

function apiUrl(): string {
  return (process.env['GITHUB_API_URL'] ?? PUBLIC).replace(/\/+$/, '')
}
