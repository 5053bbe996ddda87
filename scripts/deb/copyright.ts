import type { Facts } from '../lib/core/facts.ts'
import { continued } from './control.ts'
import { copyrightNotices, type Distribution, type LicenseText } from './dependencies.ts'
import { commonText, shortName, withoutCommon } from './licenses.ts'

/** A paragraph about files, or about a licence alone: one that a paragraph about files names. */
export interface Stanza {
  readonly files?: readonly string[]
  readonly copyright?: readonly string[]
  readonly license: string
  readonly text: string
  readonly comment?: string
}

/** The paragraph of the application itself; `texts` are its own licence files. */
export function ownStanza({ app, epoch }: Facts, texts: readonly string[]): Stanza {
  const { name, email } = app.maintainer
  const year = new Date(epoch * 1000).getUTCFullYear()
  const notices = copyrightNotices(texts.join('\n'))
  const license = shortName(app.license)
  return {
    files: ['*'],
    copyright: notices.length > 0 ? notices : [`${year} ${name} <${email}>`],
    license: license.name,
    text: license.file === '' ? withoutCommon(texts.join('\n\n')) : commonText(license.file),
  }
}

/** The application's copyright file, copyright-format 1.0: of the paragraphs about one file, the last counts. */
export function renderAppCopyright(
  facts: Facts,
  own: Stanza,
  vendored: readonly Vendored[],
  inside: readonly Stanza[],
): string {
  return render(facts, [own, ...vendored.map(stanza), ...inside])
}

/** A dependency and the directory of the package in which it lies. */
export interface Vendored {
  readonly at: string
  readonly distribution: Distribution
}

/** The copyright file of a dependency package: one paragraph for each distribution inside. */
export function renderDepsCopyright(facts: Facts, vendored: readonly Vendored[]): string {
  return render(facts, vendored.map(stanza))
}

function stanza({ at, distribution }: Vendored): Stanza {
  const { name, version, author, license, homepage, places, texts, notices } = distribution
  return {
    files: places.map((place) =>
      place.includes('.') && !/\.(libs|dist-info)$/.test(place) ? `${at}/${place}` : `${at}/${place}/*`,
    ),
    copyright: notices.length > 0 ? notices : [author],
    license: shortName(license).name,
    text: licenseText(license, texts),
    comment: `${name} ${version}${homepage === '' ? '' : `, ${homepage}`}`,
  }
}

/** The texts found, or a sentence that there is none. */
export function licenseText(license: string, texts: readonly LicenseText[]): string {
  const { file } = shortName(license)
  const [only] = texts
  if (only === undefined) {
    const declared = `No licence file found; its authors declare: ${license || 'nothing'}`
    return file === '' ? declared : `${declared}\n${commonText(file)}`
  }
  if (texts.length === 1) return withoutCommon(only.text)
  return texts.map((one) => `${one.file}:\n\n${withoutCommon(one.text).trim()}`).join('\n\n')
}

function render(facts: Facts, stanzas: readonly Stanza[]): string {
  const { title, maintainer, homepage } = facts.app
  const head = [
    'Format: https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/',
    `Upstream-Name: ${title}`,
    `Upstream-Contact: ${maintainer.name} <${maintainer.email}>`,
    `Source: ${homepage}`,
  ]
  return `${[head.join('\n'), ...stanzas.map(renderStanza)].join('\n\n')}\n`
}

function renderStanza({ files, copyright, license, text, comment }: Stanza): string {
  const list = (values: readonly string[]): string => values.join('\n ')
  const lines = [
    ...(files === undefined ? [] : [`Files: ${list(files.map((file) => file.replaceAll(/([*?\\])(?!$)/g, '\\$1')))}`]),
    ...(copyright === undefined ? [] : [`Copyright: ${list(copyright.map((line) => line.replaceAll(/\s+/g, ' ')))}`]),
    `License: ${license}${continued(text)}`,
    ...(comment === undefined ? [] : [`Comment: ${comment}`]),
  ]
  return lines.join('\n')
}
