import { ARCHITECTURES, type LockedPackage, type LockedSuite } from '../lib/core/lock-file.ts'

/** What a new lock changes, one line per package, for the person who reviews it. */
export function lockChanges(before: LockedSuite | undefined, after: LockedSuite): string[] {
  return Object.entries(after.layers).flatMap(([name, layer]) =>
    ARCHITECTURES.flatMap((arch) => {
      const old = before?.layers[name]?.packages[arch] ?? []
      return packageChanges(old, layer.packages[arch]).map((line) => `${name} ${arch}: ${line}`)
    }),
  )
}

function packageChanges(before: readonly LockedPackage[], after: readonly LockedPackage[]): string[] {
  const [old, fresh] = [before, after].map((list) => new Map(list.map((one) => [one.name, one.version])))
  const names = [...new Set([...before, ...after].map(({ name }) => name))].sort()
  return names.flatMap((name) => {
    const [was, is] = [old?.get(name), fresh?.get(name)]
    if (was === is) return []
    if (was === undefined) return [`+ ${name} ${is}`]
    return [is === undefined ? `- ${name} ${was}` : `${name} ${was} -> ${is}`]
  })
}
