import { makeApp } from './app/app.ts'
import { makeBase } from './base/stage.ts'
import { makeDeps } from './deps/deps.ts'
import type { Stage } from './lib/io/stage.ts'
import { makeSource } from './source/source.ts'
import { buildFrontends, collectStatic } from './static/static.ts'

/** One arrow of the flow between the plan and the formats. */
export interface StageSpec {
  readonly name: string
  readonly needs: readonly string[]
  /** The verb that does the same alone. */
  readonly verb: string
  run(stage: Stage, project: string): Promise<void>
}

/** THE flow from the plan to the trees that every format is built from; what needs nothing of each other runs at the same time. */
export const stages: readonly StageSpec[] = [
  { name: 'source', needs: [], verb: 'source', run: makeSource },
  { name: 'base', needs: [], verb: 'base', run: makeBase },
  { name: 'app', needs: ['source'], verb: 'app', run: makeApp },
  { name: 'deps', needs: ['source'], verb: 'deps', run: makeDeps },
  { name: 'front ends', needs: ['source'], verb: 'static', run: buildFrontends },
  { name: 'static', needs: ['app', 'deps', 'front ends'], verb: 'static', run: collectStatic },
]
