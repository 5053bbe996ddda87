import picomatch from 'picomatch'
import type { Facts } from './facts.ts'

/** Whether a path of the project is one of its licence texts; `app.license-files` are globs. */
export function licenseMatcher({ app }: Pick<Facts, 'app'>): (path: string) => boolean {
  return picomatch([...app.licenseFiles], { dot: true })
}
