import { constraints } from './constraints/index.ts'
import { deb } from './deb/index.ts'
import { docker } from './docker/index.ts'
import { helm } from './helm/index.ts'
import type { Format } from './lib/core/format.ts'
import { papers } from './papers/index.ts'
import { pypi } from './pypi/index.ts'
import { tarballs } from './tarballs/index.ts'

/** THE list of formats, one line each; `slipway` plans, builds and proves nothing else. */
export const formats: readonly Format[] = [deb, pypi, constraints, docker, helm, tarballs, papers]
