import type { Facts } from '../lib/core/facts.ts'
import { continued } from './control.ts'
import { copyrightNotices, type Distribution } from './dependencies.ts'

// Licences whose text is on every Debian system (base-files), by the SPDX identifiers and the names that declare them.
const COMMON: readonly (readonly [pattern: RegExp, name: string, file: string])[] = [
  [/^Apache(-2\.0| Software License| 2\.0| License,? (Version )?2\.0)$/i, 'Apache-2.0', 'Apache-2.0'],
  [/^(AGPL.*)$/i, 'AGPL-3', ''],
  [/^LGPL-?(v?3|3\.0).*|.*Lesser General Public License v3.*/i, 'LGPL-3', 'LGPL-3'],
  [/^LGPL-?(v?2\.1|2\.1).*/i, 'LGPL-2.1', 'LGPL-2.1'],
  [/^GPL-?(v?3|3\.0).*|^GNU General Public License v3.*/i, 'GPL-3', 'GPL-3'],
  [/^GPL-?(v?2|2\.0).*|^GNU General Public License v2.*/i, 'GPL-2', 'GPL-2'],
  [/^(MPL-2\.0|Mozilla Public License 2\.0.*)$/i, 'MPL-2.0', 'MPL-2.0'],
  [/^(CC0-1\.0|CC0 .*)$/i, 'CC0-1.0', 'CC0-1.0'],
]

// What trove classifiers call licences that machine-readable copyright files name otherwise.
const NAMES: Readonly<Record<string, string>> = {
  MIT: 'Expat',
  'MIT License': 'Expat',
  'BSD License': 'BSD',
  'ISC License (ISCL)': 'ISC',
  'Python Software Foundation License': 'PSF-2',
  'Historical Permission Notice and Disclaimer (HPND)': 'HPND',
  'The Unlicense (Unlicense)': 'Unlicense',
}

interface Stanza {
  readonly files: readonly string[]
  readonly copyright: readonly string[]
  readonly license: string
  readonly text: string
  readonly comment?: string
}

/** Short name of a licence, without blanks, and where its text is if every Debian system has it. */
export function shortName(declared: string): { readonly name: string; readonly file: string } {
  const common = COMMON.find(([pattern]) => pattern.test(declared))
  if (common !== undefined) return { name: common[1], file: common[2] }
  const known = NAMES[declared] ?? declared
  return {
    name: known === '' ? 'unknown' : known.replaceAll(/[^0-9A-Za-z.+-]+/g, '-').replaceAll(/^-|-$/g, ''),
    file: '',
  }
}

/** The application's copyright file, copyright-format 1.0; `texts` are its own licence files. */
export function renderAppCopyright(facts: Facts, texts: readonly string[], vendored: readonly Vendored[]): string {
  const { name, email } = facts.app.maintainer
  const year = new Date(facts.epoch * 1000).getUTCFullYear()
  const notices = copyrightNotices(texts.join('\n'))
  const license = shortName(facts.app.license)
  const text = license.file === '' ? texts.join('\n\n') : commonText(license.file)
  const own = {
    files: ['*'],
    copyright: notices.length > 0 ? notices : [`${year} ${name} <${email}>`],
    license: license.name,
    text,
  }
  return render(facts, [own, ...vendored.map(stanza)])
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
  const short = shortName(license)
  const paths = texts.map((path) => `/${at}/${path}`)
  const found =
    paths.length > 0 ? `Its text is in\n${paths.join('\n')}` : `As declared by its authors: ${license || 'nothing'}`
  return {
    files: places.map((place) =>
      place.includes('.') && !/\.(libs|dist-info)$/.test(place) ? `${at}/${place}` : `${at}/${place}/*`,
    ),
    copyright: notices.length > 0 ? notices : [author],
    license: short.name,
    text: short.file === '' ? found : commonText(short.file),
    comment: `${name} ${version}${homepage === '' ? '' : `, ${homepage}`}`,
  }
}

function commonText(file: string): string {
  return `On Debian systems the full text is in /usr/share/common-licenses/${file}`
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
  const lines = [
    `Files: ${files.map((file) => file.replaceAll(/([*?\\])(?!$)/g, '\\$1')).join('\n ')}`,
    `Copyright: ${copyright.map((line) => line.replaceAll(/\s+/g, ' ')).join('\n ')}`,
    `License: ${license}${continued(text)}`,
    ...(comment === undefined ? [] : [`Comment: ${comment}`]),
  ]
  return lines.join('\n')
}
