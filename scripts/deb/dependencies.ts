import { decodeLicense, isLicenseName } from '../lib/core/license-files.ts'
import { isLink, type Tree, type TreeFile } from '../lib/core/tree.ts'

/** What a dependency says of itself in its METADATA (core metadata specifications). */
export interface Distribution {
  readonly name: string
  readonly version: string
  readonly author: string
  readonly license: string
  readonly homepage: string
  /** Top-level files and directories that came with it, its `.dist-info` among them. */
  readonly places: readonly string[]
  /** Licence texts that it brings, below its `.dist-info` or else beside its modules. */
  readonly texts: readonly LicenseText[]
  /** What these texts say of who holds the copyright. */
  readonly notices: readonly string[]
}

/** A licence text and the path of its file. */
export interface LicenseText {
  readonly file: string
  readonly text: string
}

const METADATA = /^([^/]+)\.dist-info\/METADATA$/

/** Every distribution of an unpacked site directory, by name. */
export async function readDistributions(tree: Tree): Promise<readonly Distribution[]> {
  const files = tree.files.filter((entry): entry is TreeFile => !isLink(entry))
  const found: Distribution[] = []
  for (const file of files) {
    if (!METADATA.test(file.path)) continue
    found.push(await readDistribution(tree, files, file))
  }
  return found
}

async function readDistribution(tree: Tree, files: readonly TreeFile[], metadata: TreeFile): Promise<Distribution> {
  const folder = metadata.path.slice(0, metadata.path.indexOf('/'))
  const fields = parseMetadata(Buffer.from(await tree.read(metadata)).toString())
  const places = [...(await modulesOf(tree, files, folder, first(fields, 'name'))), folder]
  const texts = await licenseTexts(tree, files, folder, places)
  return {
    name: first(fields, 'name'),
    version: first(fields, 'version'),
    author: authorOf(fields),
    license: licenseOf(fields),
    homepage: first(fields, 'home-page') || projectUrl(fields),
    places,
    texts,
    notices: copyrightNotices(texts.map(({ text }) => text).join('\n')),
  }
}

async function licenseTexts(
  tree: Tree,
  files: readonly TreeFile[],
  folder: string,
  places: readonly string[],
): Promise<readonly LicenseText[]> {
  const below = (place: string): TreeFile[] => files.filter((file) => file.path.startsWith(`${place}/`))
  const own = below(folder).filter((file) => TEXT.test(file.path))
  const beside = places.flatMap(below).filter((file) => isLicenseName(file.path.split('/').at(-1) ?? ''))
  const read = async (file: TreeFile): Promise<LicenseText> => ({
    file: file.path,
    text: decodeLicense(await tree.read(file)),
  })
  return Promise.all((own.length > 0 ? own : beside).map(read))
}

const TEXT = /\/(?:licenses\/.+|(?:licen[cs]e|copying|notice|authors)[^/]*)$/i

/** Lines such as `Copyright (c) 2010-2023 Somebody`, without the words in front of the years. */
export function copyrightNotices(text: string): readonly string[] {
  const lines = text.split(/\r?\n/).map((line) => line.replaceAll(/^[\s*#|.-]+|\s+$/g, ''))
  const found = lines.map((line) => /^(?:(?:copyright|\(c\)|©)[\s:,]*)+(.*\b\d{4}\b.*)$/i.exec(line)?.[1])
  return [
    ...new Set(
      found.flatMap((line) => (line === undefined ? [] : [line.replace(/[\s,.]*all rights reserved\.?$/i, '')])),
    ),
  ]
}

/** RECORD is gone by now: top_level.txt where a build tool wrote it, the distribution's own name, its bundled libraries. */
async function modulesOf(tree: Tree, files: readonly TreeFile[], folder: string, name: string): Promise<string[]> {
  const listed = files.find((file) => file.path === `${folder}/top_level.txt`)
  const lines = listed === undefined ? '' : Buffer.from(await tree.read(listed)).toString()
  const module = name.replaceAll(/[-.]+/g, '_')
  const wanted = new Set([...lines.split(/\s+/), module, module.toLowerCase()].filter((line) => line !== ''))
  const roots = new Set(files.map((file) => file.path.split('/', 1)[0] ?? ''))
  const stem = (root: string): string => root.replace(/(\.libs|\.py|\.(cpython|abi3)[^/]*)$/, '')
  return [...roots].filter((root) => wanted.has(stem(root)))
}

type Fields = ReadonlyMap<string, readonly string[]>

/** The header of a METADATA file (RFC 822 style); continuation lines are joined. */
export function parseMetadata(text: string): Fields {
  const header = text.split(/\r?\n\r?\n/, 1)[0] ?? ''
  const fields = new Map<string, string[]>()
  for (const line of header
    .replaceAll(/\r?\n[ \t]+/g, '\n ')
    .replaceAll('\n ', ' ')
    .split('\n')) {
    const colon = line.indexOf(':')
    if (colon < 0) continue
    const name = line.slice(0, colon).toLowerCase()
    fields.set(name, [...(fields.get(name) ?? []), line.slice(colon + 1).trim()])
  }
  return fields
}

function first(fields: Fields, name: string): string {
  return fields.get(name)?.find((value) => value !== '' && value !== 'UNKNOWN') ?? ''
}

function authorOf(fields: Fields): string {
  const names = ['author', 'author-email', 'maintainer', 'maintainer-email'].map((field) => first(fields, field))
  return names.find((name) => name !== '') ?? `the authors of ${first(fields, 'name')}`
}

/** License-Expression (PEP 639), else the classifiers, else a short License field. */
function licenseOf(fields: Fields): string {
  const expression = first(fields, 'license-expression')
  if (expression !== '') return expression
  const classifiers = (fields.get('classifier') ?? []).filter((value) => value.startsWith('License :: '))
  const named = classifiers.map((value) => value.split(' :: ').at(-1) ?? '').filter((name) => name !== 'OSI Approved')
  const free = first(fields, 'license')
  return named.join(' or ') || (free.length <= 60 ? free : '')
}

function projectUrl(fields: Fields): string {
  const urls = (fields.get('project-url') ?? []).map((value) => value.split(/,\s*/))
  const known = ['homepage', 'home', 'source', 'source code', 'repository', 'github', 'documentation']
  const ranked = known.flatMap((label) => urls.filter(([name]) => name?.toLowerCase() === label))
  return ranked[0]?.[1] ?? urls[0]?.[1] ?? ''
}
