import { type GetTextTranslation, type GetTextTranslations, mo, po } from 'gettext-parser'
import { ReleaseError } from '../lib/core/error.ts'
import { filterTree, isLink, mergeTrees, type Tree, type TreeFile } from '../lib/core/tree.ts'
import { memoryTree } from '../lib/io/tree-files.ts'

/** The tree with every `.po` below `folders` replaced by the `.mo` that the application reads. */
export async function compileTranslations(tree: Tree, folders: readonly string[]): Promise<Tree> {
  const sources = tree.files.filter((entry): entry is TreeFile => !isLink(entry) && isCatalog(entry.path, folders))
  const made = new Map<string, Uint8Array>()
  const broken: string[] = []
  for (const source of sources) {
    try {
      made.set(source.path.replace(/\.po$/, '.mo'), compileCatalog(await tree.read(source)))
    } catch (cause) {
      broken.push(`${source.path}: ${cause instanceof Error ? cause.message : String(cause)}`)
    }
  }
  if (broken.length > 0) {
    throw new ReleaseError('CONFIG_INVALID', ['translations that cannot be read:', ...broken].join('\n  '), {
      hint: 'Mend the .po files; `msgfmt --check` shows the line.',
    })
  }
  return mergeTrees([filterTree(tree, (path) => !isCatalog(path, folders)), memoryTree(Object.fromEntries(made))])
}

/** A `.mo` (GNU gettext manual, section 10.3) with the messages that msgfmt would take: no fuzzy, no untranslated, sorted. */
export function compileCatalog(source: Uint8Array): Uint8Array {
  const catalog: GetTextTranslations = po.parse(Buffer.from(source))
  const translations = Object.fromEntries(
    Object.entries(catalog.translations).map(([context, messages]) => [
      context,
      Object.fromEntries(Object.entries(messages).filter(([, message]) => isUsable(message))),
    ]),
  )
  return mo.compile({ ...catalog, translations })
}

function isUsable({ msgid, msgctxt, msgstr, comments }: GetTextTranslation): boolean {
  if (msgid === '' && (msgctxt ?? '') === '') return true // the header
  const flags = (comments?.flag ?? '').split(/[\s,]+/)
  return !flags.includes('fuzzy') && (msgstr[0] ?? '') !== ''
}

function isCatalog(path: string, folders: readonly string[]): boolean {
  return path.endsWith('.po') && folders.some((folder) => path.startsWith(`${folder.replace(/\/$/, '')}/`))
}
