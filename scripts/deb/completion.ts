import { verbsOf } from '../launcher/verbs.ts'
import { type ArchiveEntry, fileEntry } from '../lib/archive/entry.ts'
import type { Facts } from '../lib/core/facts.ts'
import type { Work } from '../lib/core/format.ts'

/** Completion of the application's command for bash: a script that is the same for all, and the words of this one. */
export async function completionEntries({ facts, ownFile }: Work): Promise<readonly ArchiveEntry[]> {
  const { name } = facts.app
  return [
    fileEntry(`usr/share/bash-completion/completions/${name}`, await ownFile('deb/maintainer/completion.bash')),
    fileEntry(`usr/share/${name}/completion`, renderWords(facts)),
  ]
}

/** A line for each verb: its name and what may stand behind it, or FILES where the words are the command's own. */
function renderWords(facts: Facts): string {
  const services = facts.runtime.services.map((service) => service.name)
  const words = (usage: string): readonly string[] =>
    usage === '…' || usage.includes('FILE') ? ['FILES'] : usage.includes('SERVICE') ? services : []
  return verbsOf(facts)
    .map(({ name, usage }) => `${[name, ...words(usage)].join(' ')}\n`)
    .join('')
}
