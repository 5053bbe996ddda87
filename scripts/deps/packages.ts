import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { normaliseName } from '../lib/core/dependency-files.ts'
import type { VendoredPackage } from '../lib/core/stages.ts'
import { comparePaths } from '../lib/core/tree.ts'

/** The distributions installed in a folder, from their own metadata. */
export async function readPackages(dir: string): Promise<readonly VendoredPackage[]> {
  const names = await readdir(dir).catch(() => [])
  const infos = names.filter((name) => name.endsWith('.dist-info'))
  const packages = await Promise.all(infos.map((info) => readPackage(join(dir, info))))
  return packages.sort((a, b) => comparePaths(a.name, b.name))
}

// Core metadata, https://packaging.python.org/specifications/core-metadata/: header fields until the first empty line.
async function readPackage(info: string): Promise<VendoredPackage> {
  const metadata = await readFile(join(info, 'METADATA'), 'utf8')
  const wheel = await readFile(join(info, 'WHEEL'), 'utf8')
  const [head = ''] = metadata.split(/\r?\n\r?\n/)
  const name = /^Name: *(.+?)\s*$/m.exec(head)?.[1] ?? ''
  const version = /^Version: *(.+?)\s*$/m.exec(head)?.[1] ?? ''
  const entryPoints = await readFile(join(info, 'entry_points.txt'), 'utf8').catch(() => '')
  return { name: normaliseName(name), version, native: isNative(wheel), commands: consoleScripts(entryPoints) }
}

// PEP 425: the third part of a tag is the platform.
function isNative(wheel: string): boolean {
  const tags = [...wheel.matchAll(/^Tag: *(\S+)/gm)].map(([, tag = '']) => tag)
  return tags.some((tag) => !tag.endsWith('-any'))
}

// https://packaging.python.org/specifications/entry-points/: INI groups of `name = object reference`.
function consoleScripts(entryPoints: string): readonly string[] {
  const [, group = ''] = `\n${entryPoints}`.split(/\n\[ *console_scripts *\]/)
  const [lines = ''] = group.split(/\n\[/)
  return [...lines.matchAll(/^\s*([^\s#;=][^=]*?)\s*=/gm)].map(([, name = '']) => name)
}
