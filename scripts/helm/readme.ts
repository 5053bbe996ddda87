import type { Facts } from '../lib/core/facts.ts'
import { readsUrl } from './chart-file.ts'
import type { ValueRow } from './value-row.ts'
import { renderValuesTable } from './values.ts'

/** The page of the chart: how to install it, and every value. */
export function renderReadme(facts: Facts, rows: readonly ValueRow[]): string {
  const { name, title, summary, homepage } = facts.app
  const { steps, options } = databaseOf(facts)
  return [
    `# ${title}`,
    '',
    `${summary}. ${homepage}`,
    '',
    '## Install',
    '',
    '```sh',
    ...steps,
    `helm install ${name} ./${name}-VERSION.tgz${options}`,
    '```',
    '',
    'Keys are made once by a hook before the first installation and kept for ever.',
    'With GitOps tools make the Secret yourself and name it in `secret.existingSecret`.',
    '',
    '## Values',
    '',
    renderValuesTable(rows),
  ].join('\n')
}

function databaseOf(facts: Facts): { readonly steps: readonly string[]; readonly options: string } {
  if (facts.runtime.database === undefined) return { steps: [], options: '' }
  const secret = `${facts.app.name}-database`
  const [literal, host] = readsUrl(facts)
    ? ["'url=postgres://USER:PASSWORD@HOST:5432/NAME'", '']
    : ['password=PASSWORD', ' --set database.host=HOST']
  return {
    steps: [`kubectl create secret generic ${secret} --from-literal=${literal}`],
    options: `${host} --set database.existingSecret=${secret}`,
  }
}
