import picomatch from 'picomatch'
import type { Facts } from './facts.ts'

/** Whether a path of the project is one of its licence texts; `app.license-files` are globs. */
export function licenseMatcher({ app }: Pick<Facts, 'app'>): (path: string) => boolean {
  return picomatch([...app.licenseFiles], { dot: true })
}

/** Whether a file is called as licence texts are. */
export function isLicenseName(name: string): boolean {
  return (
    /^(?:un)?(?:licen[cs]e|copying|copyright|notice)s?(?:[-_.][^/]*)?$/i.test(name) &&
    !/\.(?:gz|br|[cm]?[jt]sx?)$/i.test(name)
  )
}

/** A licence text with plain line ends and no control characters, whatever it was encoded in. */
export function decodeLicense(bytes: Uint8Array): string {
  const utf8 = Buffer.from(bytes).toString()
  const text = utf8.includes('\ufffd') ? Buffer.from(bytes).toString('latin1') : utf8
  return text
    .replaceAll('\ufeff', '')
    .replaceAll(/\r\n?/g, '\n')
    .replaceAll(/[^\P{Cc}\n\t]/gu, '')
}
