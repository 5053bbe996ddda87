import type { Output } from './artifact.ts'
import { type Plan, waves } from './plan.ts'
import { renderTable } from './table.ts'

/** The plan for a person: what will be made, from what, and what to know. */
export function renderPlan(plan: Plan): string {
  const { app, version, commit, tools } = plan.facts
  const from = commit === '' ? 'no git' : `commit ${commit.slice(0, 12)}`
  const rows = [
    ...plan.formats.flatMap(({ name, outputs }) => outputs.map((output) => [output.name, name, about(output)])),
    ...plan.sealed.map((output) => [output.name, 'seal', about(output)]),
  ]
  const node = Object.entries(tools.node).map(([dir, exact]) => `${dir}: Node ${exact}, ${tools.managers[dir]}`)
  return [
    `${app.title} ${version.plain} (${from})`,
    ...node,
    '',
    renderTable([{ title: 'name' }, { title: 'format' }, { title: 'platform' }], rows),
    ...plan.notices.map((notice) => `! ${notice}`),
  ].join('\n')
}

function about(output: Output): string {
  if (output.kind === 'image') return output.platforms.join(', ')
  return /_(amd64|arm64)\.deb$/.exec(output.name)?.[1] ?? 'any'
}

/** The waves as `key=value` lines for GITHUB_OUTPUT; each value is the `include` of a job's matrix. */
export function renderMatrix(plan: Plan): string {
  const [first = [], second = []] = waves(plan).map((wave) => wave.map(({ name }) => ({ format: name })))
  return [`first=${JSON.stringify(first)}`, `second=${JSON.stringify(second)}`].join('\n')
}
