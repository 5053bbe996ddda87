import type { Traits } from './stored.ts'
import { type Site, wireUser } from './wire.ts'

const AT = '2026-01-01T00:00:00Z'

// REST "Get a repository": one address for each list below the repository, and how many are in it.
const LISTS = [
  'archive assignees blobs branches collaborators comments commits compare contents contributors deployments',
  'downloads events forks git_commits git_refs git_tags hooks issue_comment issue_events issues keys labels languages',
  'merges milestones notifications pulls releases stargazers statuses subscribers subscription tags teams trees',
].flatMap((line) => line.split(' '))
const COUNTS = ['forks', 'open_issues', 'stargazers', 'watchers', 'network', 'subscribers']
const FEATURES = ['has_issues', 'has_projects', 'has_wiki', 'has_pages', 'has_discussions', 'fork', 'disabled']

/** A repository in GitHub's form; only what publishing looks at can be set. */
export function wireRepository(site: Site, { archived = false, mayWrite = true }: Traits, authorised: boolean): object {
  const [, name = ''] = site.repository.split('/')
  const url = `${site.api}/repos/${site.repository}`
  const page = `${site.api.replace(/\/api\/v3$/, '')}/${site.repository}`
  return {
    ...Object.fromEntries(LISTS.map((list) => [`${list}_url`, `${url}/${list.replace('_', '/')}`])),
    ...Object.fromEntries(COUNTS.map((count) => [`${count}_count`, 0])),
    ...Object.fromEntries(FEATURES.map((feature) => [feature, false])),
    ...{ id: 1, node_id: 'R_1', name, full_name: site.repository, private: false, archived, owner: wireUser(site) },
    ...{ url, html_url: page, clone_url: `${page}.git`, git_url: `${page}.git`, ssh_url: `${page}.git`, svn_url: page },
    ...{ description: null, homepage: null, language: null, license: null, mirror_url: null, default_branch: 'main' },
    ...{ forks: 0, open_issues: 0, watchers: 0, size: 0, created_at: AT, updated_at: AT, pushed_at: AT },
    permissions: { admin: false, maintain: false, push: authorised && mayWrite, triage: authorised, pull: true },
  }
}
