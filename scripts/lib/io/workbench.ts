import { readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Built, BuiltOutput } from '../core/artifact.ts'
import type { BaseLayer } from '../core/base.ts'
import { ReleaseError } from '../core/error.ts'
import { type Platform, targetName } from '../core/facts.ts'
import type { Format, Work } from '../core/format.ts'
import type { PlannedFormat } from '../core/plan.ts'
import { requirementLines } from '../core/requirement-lines.ts'
import { loadBase } from './base-files.ts'
import { measureFile, readStageJson, writeBeside, writeJson } from './files.ts'
import { buildImage } from './image-build.ts'
import { keepLayer, layerFolder, readLayer } from './layer-cache.ts'
import { readImageFacts } from './oci-archive.ts'
import { pipe, run } from './run.ts'
import { spoolTo } from './spool.ts'
import type { Stage } from './stage.ts'
import { loadApp, loadDeps, loadStatic, loadVendor } from './stage-trees.ts'
import { loadTree } from './tree-files.ts'

const SCRIPTS = new URL('../../', import.meta.url)

/** Builds one format from the stages' files and leaves `dist/artifacts/*` and `dist/built/<format>.json`. */
export async function buildFormat(stage: Stage, format: Format, planned: PlannedFormat): Promise<Built> {
  const scratch = join(stage.out, 'tmp', planned.name)
  await rm(join(stage.out, 'built', `${planned.name}.json`), { force: true })
  await rm(scratch, { recursive: true, force: true })
  try {
    await format.build(await openWork(stage, planned, scratch), planned.config)
    const built = await measureOutputs(stage, planned)
    await writeJson(join(stage.out, 'built', `${planned.name}.json`), built)
    return built
  } finally {
    await rm(scratch, { recursive: true, force: true })
  }
}

async function openWork(stage: Stage, planned: PlannedFormat, scratch: string): Promise<Work> {
  const { plan, out } = stage
  const promised = new Set(planned.outputs.map((output) => output.name))
  const source = await loadTree(out, 'source', 'source')
  const { requirements } = plan.facts.python
  return {
    facts: plan.facts,
    source,
    requirements: async () => requirementLines(source, requirements, (await loadDeps(out)).made),
    app: (await loadApp(out)).tree,
    ...(plan.facts.python.backend === 'own' ? { sdist: await loadTree(out, 'sdist', 'app') } : {}),
    static: await loadStatic(out),
    vendor: (target) => loadVendor(out, targetName(target)),
    base: once((name: string, platform: Platform) => loadBase(out, name, platform)),
    image: (wanted) => buildImage(stage, join(scratch, 'image'), wanted),
    built: (format) => readStageJson<Built>(join(out, 'built', `${format}.json`), `build ${format}`),
    ownFile: (path) => readFile(new URL(path, SCRIPTS)),
    input: (path) => readFile(join(out, 'inputs', path)),
    spool: (bytes) => spoolTo(scratch, bytes),
    layer: (inputs, make) => keptLayer(stage, planned, inputs, make),
    pipe: (command, bytes) => pipe(command, bytes),
    run: (command) => run(command, { cwd: scratch }),
    async write(name, bytes) {
      if (!promised.has(name)) throw drift(`${planned.name} wrote ${name}, which the plan does not promise`)
      await writeBeside(join(out, 'artifacts', name), bytes)
    },
  }
}

/** Bases are hashed when they are loaded, and asked for by every variant. */
function once<Words extends readonly string[], T>(load: (...words: Words) => Promise<T>): typeof load {
  const known = new Map<string, Promise<T>>()
  return (...words) => {
    const key = words.join(' ')
    const value = known.get(key) ?? load(...words)
    known.set(key, value)
    return value
  }
}

async function keptLayer(
  { cache }: Stage,
  { name }: PlannedFormat,
  inputs: unknown,
  make: () => Promise<BaseLayer>,
): Promise<BaseLayer> {
  const dir = await layerFolder(cache, inputs, [fileURLToPath(new URL(`${name}/`, SCRIPTS))])
  const known = await readLayer<null>(dir)
  if (known !== undefined) return known.layer
  const layer = await make()
  await keepLayer(dir, { layer, facts: null })
  return layer
}

async function measureOutputs({ out }: Stage, planned: PlannedFormat): Promise<Built> {
  const outputs: BuiltOutput[] = []
  for (const output of planned.outputs) {
    const path = join(out, 'artifacts', output.name)
    const measured = await measureFile(path).catch((cause: unknown) => {
      throw drift(`${planned.name} did not write ${output.name}, which the plan promises`, cause)
    })
    if (output.kind === 'file') outputs.push({ ...output, ...measured })
    else outputs.push({ ...output, ...measured, image: await readImageFacts(path) })
  }
  return { schema: 1, format: planned.name, outputs }
}

function drift(message: string, cause?: unknown): ReleaseError {
  return new ReleaseError('PLAN_DRIFT', message, { hint: 'Please report it: outputs() and build() disagree.', cause })
}
