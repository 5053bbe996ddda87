import { decodeLicense, isLicenseName } from '../lib/core/license-files.ts'
import { isLink, type Tree } from '../lib/core/tree.ts'
import type { Stanza } from './copyright.ts'
import { copyrightNotices } from './dependencies.ts'
import { nameOfText, withoutCommon } from './licenses.ts'

/** What lies in the package as it was committed: all that is known of it is what it says itself. */
interface Found {
  readonly files: readonly string[]
  readonly text: string
}

/**
 * Paragraphs for scripts and style sheets that name their licence in a comment, and for folders with a licence file of their own;
 * what carries the same text is one paragraph.
 */
export async function embeddedStanzas(tree: Tree, skipped: (path: string) => boolean): Promise<readonly Stanza[]> {
  const byText = new Map<string, string[]>()
  for (const entry of tree.files) {
    if (isLink(entry) || skipped(entry.path) || !isTelling(entry.path)) continue
    const found = findIn(entry.path, decodeLicense(await tree.read(entry)))
    if (found !== undefined) byText.set(found.text, [...(byText.get(found.text) ?? []), ...found.files])
  }
  return [...byText].map(([text, files]) => ({
    files: [...new Set(files)],
    copyright: holdersIn(text),
    license: nameOfText(text),
    text: withoutCommon(text),
  }))
}

const SCRIPT = /\.(?:[cm]?js|css)$/

function isTelling(path: string): boolean {
  return SCRIPT.test(path) || path.endsWith('.LICENSE.txt') || isLicenseName(nameOf(path))
}

const nameOf = (path: string): string => path.slice(path.lastIndexOf('/') + 1)

function findIn(path: string, text: string): Found | undefined {
  if (path.endsWith('.LICENSE.txt')) return { files: [path.slice(0, -'.LICENSE.txt'.length)], text } // of webpack
  if (!SCRIPT.test(path)) return { files: [`${path.slice(0, path.lastIndexOf('/'))}/*`], text }
  const banners = bannersIn(text)
  return banners.length === 0 ? undefined : { files: [path], text: banners.join('\n\n') }
}

/** Comments of a script that speak of copyright or licence, without their stars. */
export function bannersIn(script: string): readonly string[] {
  const comments = [...script.matchAll(/\/\*[\s\S]*?\*\//g)].map(([comment]) => comment)
  const telling = comments.filter((comment) =>
    /@licen[sc]e|\bcopyright\b|\(c\) \d{4}|licen[sc]ed under|SPDX-License-Identifier|\b(?:MIT|BSD) licen[sc]e/i.test(
      comment,
    ),
  )
  return [
    ...new Set(
      telling.map((comment) =>
        comment
          .replaceAll(/^\/\*+!?|\*+\/$/g, '')
          .replaceAll(/^[ \t]*\*[ \t]?/gm, '')
          .trim(),
      ),
    ),
  ]
}

function holdersIn(text: string): readonly string[] {
  const notices = copyrightNotices(text)
  return notices.length > 0 ? notices : ['as its text says']
}
