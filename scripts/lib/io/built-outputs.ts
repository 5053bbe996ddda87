import { join } from 'node:path'
import type { Built, BuiltOutput } from '../core/artifact.ts'
import { readStageJson } from './files.ts'
import type { Stage } from './stage.ts'

/** Every planned format's hand-over, in the plan's order. */
export async function builtOutputs({ plan, out }: Stage): Promise<readonly BuiltOutput[]> {
  const outputs: BuiltOutput[] = []
  for (const { name } of plan.formats) {
    const built = await readStageJson<Built>(join(out, 'built', `${name}.json`), `build ${name}`)
    outputs.push(...built.outputs)
  }
  return outputs
}
