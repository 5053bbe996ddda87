/** A piece of work and the names of those that must be done before it. */
export interface Scheduled {
  readonly name: string
  readonly needs: readonly string[]
  run(): Promise<void>
}

/** A piece of work that failed by itself (not because something it needs failed). */
export interface Failure {
  readonly name: string
  readonly error: unknown
}

/** Runs everything as early as its needs allow; what does not depend on a failure still runs. Gives all failures. */
export async function runAll(work: readonly Scheduled[]): Promise<readonly Failure[]> {
  const failures: Failure[] = []
  const done = new Map<string, Promise<boolean>>()
  const start = (item: Scheduled): Promise<boolean> => {
    const known = done.get(item.name)
    if (known !== undefined) return known
    const needs = work.filter(({ name }) => item.needs.includes(name)).map(start)
    const ended = Promise.all(needs).then(async (ready) => {
      if (ready.includes(false)) return false
      try {
        await item.run()
        return true
      } catch (error) {
        failures.push({ name: item.name, error })
        return false
      }
    })
    done.set(item.name, ended)
    return ended
  }
  await Promise.all(work.map(start))
  return failures
}
