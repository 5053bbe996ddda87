import { mkdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Built } from '../../scripts/lib/core/artifact.ts'
import type { Platform } from '../../scripts/lib/core/facts.ts'
import { parseLock } from '../../scripts/lib/core/lock-file.ts'
import { aptMirror } from '../../scripts/lib/io/debian-mirrors.ts'
import { readStageJson } from '../../scripts/lib/io/files.ts'
import { openArchiveBlobs } from '../../scripts/lib/io/oci-blobs.ts'
import { run } from '../../scripts/lib/io/run.ts'
import { cacheFolder } from '../../scripts/lib/io/stage.ts'
import { copySample } from '../../test/support/sample.ts'
import type { Comparison, Way } from '../comparison.ts'
import { slipway } from '../slipway.ts'

const BOTH = 'Slipway, amd64 and arm64, warm'
const FIRST = 'Slipway, amd64 alone, layers made for the first time'
const BY_HAND = 'mmdebstrap and buildah, amd64 alone'

const MB = 1_000_000

/** Images of the sample: everything before them (sources, dependencies, static files, downloads) is there already. */
export const images: Comparison = {
  name: 'images',
  work: 'lean and full image of the sample from Debian packages, its trees and the downloads being there',
  needs: ['mmdebstrap', 'buildah'],
  bars: [
    { says: 'both variants for both machines within 10 CPU seconds', holds: (of) => of(BOTH).cpu <= 10 },
    { says: 'at least 5 times less CPU than by hand', holds: (of) => of(BY_HAND).cpu >= 5 * of(FIRST).cpu },
    { says: 'less than 300 MB at once', holds: (of) => Math.max(of(BOTH).peak, of(FIRST).peak) < 300 * MB },
    { says: 'lean under 45 MB', holds: (of) => (of(FIRST).made['lean'] ?? Number.NaN) < 45 * MB },
    { says: 'full under 80 MB', holds: (of) => (of(FIRST).made['full'] ?? Number.NaN) < 80 * MB },
  ],
  async prepare(place) {
    const cache = join(place, 'cache')
    const both = await planned(place, 'both', ['linux/amd64', 'linux/arm64'])
    const first = await planned(place, 'amd64', ['linux/amd64'])
    const byHand = await handMade(place, first)
    return [
      { name: BOTH, commands: [slipway('base', '--out', both), slipway('build', 'docker', '--out', both)] },
      {
        name: FIRST,
        commands: [slipway('base', '--out', first), slipway('build', 'docker', '--out', first)],
        env: { SLIPWAY_CACHE: cache },
        async reset() {
          await rm(cache, { recursive: true, force: true })
          await mkdir(cache)
          await symlink(join(cacheFolder(), 'sha256'), join(cache, 'sha256'))
        },
        made: () => archiveSizes(first),
      },
      byHand,
    ]
  },
}

/** dist/ of the sample with everything but the images; they are built once, so that nothing has to be downloaded later. */
async function planned(place: string, name: string, platforms: readonly Platform[]): Promise<string> {
  const project = await copySample(join(place, name, 'satchel'))
  const config = join(project, 'slipway.yaml')
  const text = (await readFile(config, 'utf8')).replace(/platforms: \[.*\]/, `platforms: [${platforms.join(', ')}]`)
  await writeFile(config, text)
  const out = join(place, name, 'dist')
  await run(slipway('plan', '--project', project, '--allow-dirty', '--only', 'docker', '--out', out), { inherit: true })
  await run(slipway('source', '--project', project, '--out', out), { inherit: true })
  for (const stage of ['app', 'deps', 'static', 'base']) await run(slipway(stage, '--out', out), { inherit: true })
  await run(slipway('build', 'docker', '--out', out), { inherit: true })
  return out
}

async function archiveSizes(out: string): Promise<Readonly<Record<string, number>>> {
  const { outputs } = await readStageJson<Built>(join(out, 'built/docker.json'), 'build docker')
  return Object.fromEntries(outputs.map(({ name, size }) => [/-(lean|full)\./.exec(name)?.[1] ?? name, size]))
}

/** The packages of the lock and the application's own layers, so that both make the same images. */
async function handMade(place: string, built: string): Promise<Way> {
  const out = join(place, 'by-hand')
  const app = join(place, 'app-root')
  await mkdir(out)
  await unpackOwnLayers(built, app)
  const { layers = {} } = parseLock(await readFile(join(built, 'inputs/slipway.lock'), 'utf8')).debian['trixie'] ?? {}
  const names = (layer: string): readonly string[] => layers[layer]?.packages.amd64.map(({ name }) => name) ?? []
  const lean = names('lean').join(',')
  const full = [...names('lean'), ...names('postgresql')].join(',')
  return {
    name: BY_HAND,
    commands: [[join(import.meta.dirname, 'by-hand.sh'), await aptMirror(), app, out, lean, full]],
    env: {
      STORAGE_DRIVER: 'vfs',
      BUILDAH_ISOLATION: 'chroot',
      CONTAINERS_STORAGE_CONF: await storage(place),
      SOURCE_DATE_EPOCH: '0',
    },
    reset: () => rm(join(place, 'storage'), { recursive: true, force: true }),
    made: async () => ({
      lean: (await stat(join(out, 'lean.oci.tar'))).size,
      full: (await stat(join(out, 'full.oci.tar'))).size,
    }),
  }
}

async function storage(place: string): Promise<string> {
  const path = join(place, 'storage.conf')
  const folders = `graphroot = "${place}/storage/graph"\nrunroot = "${place}/storage/run"\n`
  await writeFile(path, `[storage]\ndriver = "vfs"\n${folders}`)
  return path
}

async function unpackOwnLayers(out: string, root: string): Promise<void> {
  await mkdir(root)
  const { outputs } = await readStageJson<Built>(join(out, 'built/docker.json'), 'build docker')
  const lean = outputs.find(({ name }) => name.includes('-lean.'))
  if (lean?.kind !== 'image') throw new Error('no lean image')
  const blobs = await openArchiveBlobs(join(out, 'artifacts', lean.name))
  const own = ['dependencies', 'static', 'app']
  for (const { name, digest } of lean.image.platforms[0]?.layers ?? []) {
    if (!own.includes(name ?? '')) continue
    const layer = join(root, '..', 'layer.tar.gz')
    await writeFile(layer, blobs.blob(digest).open())
    await run(['tar', '--extract', '--gzip', '--file', layer, '--directory', root])
  }
}
