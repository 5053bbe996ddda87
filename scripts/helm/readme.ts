import type { Facts } from '../lib/core/facts.ts'
import { renderValuesTable, type ValueRow } from './values.ts'

/** The page of the chart: how to install it, and every value. */
export function renderReadme(facts: Facts, rows: readonly ValueRow[]): string {
  const { name, title, summary, homepage } = facts.app
  const database = facts.runtime.database === undefined ? [] : databaseSteps(name)
  return [
    `# ${title}`,
    '',
    `${summary}. ${homepage}`,
    '',
    '## Install',
    '',
    '```sh',
    ...database,
    `helm install ${name} ./${name}-VERSION.tgz${database.length > 0 ? ` --set database.host=HOST --set database.existingSecret=${name}-database` : ''}`,
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

function databaseSteps(name: string): readonly string[] {
  return [`kubectl create secret generic ${name}-database --from-literal=password=PASSWORD`]
}
