import { writeFile } from 'node:fs/promises'
import { basename, join, relative } from 'node:path'
import { build, type Metafile } from 'esbuild'
import { ReleaseError } from '../lib/core/error.ts'
import type { Frontend } from '../lib/core/facts.ts'

/** The ready builder: entry points bundled with hashed names, and a manifest.json from each entry's name to its file. */
export async function bundleWithEsbuild(folder: string, { dir, esbuild }: Frontend): Promise<void> {
  if (esbuild === undefined) {
    throw new ReleaseError('CONFIG_INVALID', `${dir}: builder esbuild wants entries and outdir`, {
      hint: 'Write `esbuild: { entries: [src/main.ts], outdir: dist }` in that front end.',
    })
  }
  const { entries, outdir } = esbuild
  const { metafile } = await build({
    absWorkingDir: folder,
    entryPoints: [...entries],
    outdir,
    bundle: true,
    minify: true,
    format: 'esm',
    splitting: true,
    target: 'es2020',
    entryNames: '[name]-[hash]',
    chunkNames: 'chunk-[hash]',
    assetNames: '[name]-[hash]',
    loader: Object.fromEntries(ASSETS.map((extension) => [extension, 'file' as const])),
    metafile: true,
    logLevel: 'silent',
  }).catch((cause: unknown) => {
    throw new ReleaseError('FRONTEND_FAILED', `${dir}: esbuild does not take its sources`, {
      hint: 'Mend what esbuild says.',
      cause,
    })
  })
  await writeFile(join(folder, outdir, 'manifest.json'), `${JSON.stringify(manifestOf(metafile, outdir), null, 2)}\n`)
}

const ASSETS = ['.svg', '.png', '.jpg', '.gif', '.webp', '.woff', '.woff2', '.ttf']

interface ManifestEntry {
  readonly file: string
  readonly css?: string
}

/** Entry names (without extension) sorted, each with its script and style sheet relative to the output folder. */
function manifestOf({ outputs }: Metafile, outdir: string): Record<string, ManifestEntry> {
  const rows = Object.entries(outputs).flatMap(([path, { entryPoint, cssBundle }]) => {
    if (entryPoint === undefined) return []
    const css = cssBundle === undefined ? {} : { css: relative(outdir, cssBundle) }
    const name = basename(entryPoint).replace(/\.[^.]+$/, '')
    return [[name, { file: relative(outdir, path), ...css }] as const]
  })
  return Object.fromEntries(rows.sort(([a], [b]) => (a < b ? -1 : 1)))
}
