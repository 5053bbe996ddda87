import type { Target } from '../../lib/core/facts.ts'
import type { BuilderPython } from '../../lib/io/builder-python.ts'
import { run } from '../../lib/io/run.ts'
import type { CleanRoot } from './clean-root.ts'

/** Where a wheel is built: beside the builder's Python, or in a clean root of a target. */
export interface Place {
  readonly about: string
  /** Debian packages of a root, `name version`: with `about` they decide over the bytes of a wheel. */
  readonly packages: readonly string[]
  /** Whose Python reads the build requirements' markers. */
  readonly target?: Target
  /** Where its programs see the folder that `run` is given. */
  see(folder: string): string
  /** Runs Python, offline, with arguments; `folder` is the one that it may write to. */
  run(folder: string, args: readonly string[], epoch: number): Promise<string>
}

/** The builder's own Python, without network where the system lets us. */
export async function beside(python: BuilderPython, notice: (text: string) => void): Promise<Place> {
  const user = process.getuid?.() === 0 ? [] : ['--user', '--map-root-user']
  const offline = ['unshare', ...user, '--net'] as const
  const canCut = await run([...offline, 'true']).then(
    () => true,
    () => false,
  )
  if (!canCut) notice('no network namespace here: pure dependencies are built with the network in reach')
  return {
    about: `Python ${python.minor} of the builder`,
    packages: [],
    see: (folder) => folder,
    run: (folder, args, epoch) => {
      const [program, ...rest] = [...(canCut ? offline : []), python.path, '-IS', ...args]
      const env = { HOME: folder, PYTHONHASHSEED: '0', SOURCE_DATE_EPOCH: String(epoch), CFLAGS: '-g0' }
      return run([program ?? python.path, ...rest], { env })
    },
  }
}

/** A clean root. */
export function inRoot(root: CleanRoot, target: Target): Place {
  return {
    about: `Debian ${root.suite} ${target.arch}`,
    packages: root.packages,
    target,
    see: () => '/mnt/build',
    run: (folder, args, epoch) => root.run(folder, args, epoch),
  }
}
