import type { Finding } from '../error.ts'
import { valueAt } from './words.ts'

const SLIPWAYS = ['base', 'variants']
const DOCKERFILES = ['target', 'args', 'stages', 'static']

/** An own Dockerfile, and what means nothing beside it or without it. */
export function ownDockerfile(file: unknown): readonly Finding[] {
  const there = valueAt(file, ['docker', 'dockerfile']) !== undefined
  return (there ? SLIPWAYS : DOCKERFILES)
    .filter((key) => valueAt(file, ['docker', key]) !== undefined)
    .map((key) => ({
      path: ['docker', key],
      message: there ? 'has no effect beside docker.dockerfile' : 'has no effect without docker.dockerfile',
      hint: there
        ? 'Remove it: the Dockerfile says what the image stands on; or remove dockerfile.'
        : 'Name the Dockerfile, or remove this.',
    }))
}

/** The chart runs the launcher, which only the images have that Slipway makes. */
export function chartOfDockerfile(file: unknown): readonly Finding[] {
  const both = valueAt(file, ['docker', 'dockerfile']) !== undefined && valueAt(file, ['helm']) !== undefined
  if (!both) return []
  const message = 'cannot run the image of docker.dockerfile: it starts what only the images have that Slipway makes'
  return [{ path: ['helm'], message, hint: 'Remove helm, or docker.dockerfile.' }]
}
