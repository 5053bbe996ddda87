const KEPT = /^[A-Za-z0-9_-][A-Za-z0-9._-]*[A-Za-z0-9_-]$|^[A-Za-z0-9_-]$/

/** Whether GitHub shows an uploaded file under exactly this name (REST "Upload a release asset": others are rewritten). */
export function isKeptByGithub(name: string): boolean {
  return KEPT.test(name) && !name.includes('..')
}
