import { ReleaseError } from '../lib/core/error.ts'
import type { Facts, RuntimeFacts } from '../lib/core/facts.ts'
import type { DepsListing } from '../lib/core/stages.ts'

type Said = readonly [place: string, command: readonly string[]]

/**
 * DEPS_UNRESOLVED for each command of `runtime` whose program no dependency brings. Not known, and so not judged, are those of
 * the project's own back end and of Debian packages.
 */
export function assertCommandsBrought({ runtime, python, deps }: Facts, trees: DepsListing['trees']): void {
  const targets = Object.entries(trees).filter(([name]) => name !== 'builder')
  if (python.backend === 'own' || Object.keys(deps.system ?? {}).length > 0) return
  const missing = targets.flatMap(([target, { packages }]) => {
    const brought = new Set(packages.flatMap(({ commands }) => commands))
    return commandsOf(runtime)
      .filter(([, [program = '']]) => isConsoleScript(program) && !brought.has(program))
      .map(([place, [program]]) => ({ place, program, target }))
  })
  if (missing.length === 0) return
  const lines = new Set(missing.map(({ place, program }) => `${place}: no dependency brings the command ${program}`))
  throw new ReleaseError('DEPS_UNRESOLVED', [...lines].join('\n'), {
    hint: 'Add the package that brings it to what python.requirements names, or write a .py file of the application.',
  })
}

function commandsOf({ services, migrate, createsuperuser, check, commands }: RuntimeFacts): readonly Said[] {
  const verbs = { migrate, createsuperuser, check }
  return [
    ...services.map(({ name, command }): Said => [`runtime.services ${name}`, command]),
    ...Object.entries(verbs).flatMap(([name, command]): Said[] =>
      command === undefined ? [] : [[`runtime.${name}`, command]],
    ),
    ...Object.entries(commands).map(([name, command]): Said => [`runtime.commands.${name}`, command]),
  ]
}

/** Neither a file of the tree, nor a program of the system, nor arguments to Python, as the launcher tells them apart. */
function isConsoleScript(program: string): boolean {
  return !program.endsWith('.py') && !program.startsWith('/') && !program.startsWith('-')
}
