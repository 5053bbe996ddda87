// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the syntax of workflows
import { describe, expect, it } from 'vitest'
import { evaluate, fill, holds } from '../support/workflow/expression.ts'

const contexts = {
  github: { event_name: 'push', ref_name: 'sample-v1.0.0' },
  inputs: { project: 'sample', twice: '' },
  needs: { plan: { outputs: { second: '[{"format":"helm"}]' } } },
  job: { status: 'skipped' },
}

describe('expressions of workflows, as the tests play them', () => {
  it.each([
    ["github.event_name == 'PUSH'", true],
    ["github.event_name == 'push' && github.ref_name || ''", 'sample-v1.0.0'],
    ["github.event_name == 'schedule' && github.ref_name || ''", ''],
    ["needs.plan.outputs.second != '[]'", true],
    ["needs.plan.outputs.third == ''", true],
    ['fromJSON(needs.plan.outputs.second)', [{ format: 'helm' }]],
    ['!failure() && !cancelled()', true],
    ['!(failure() || success())', true],
    ["'it''s'", "it's"],
  ])('%s', (source, value) => {
    expect(evaluate(source, contexts)).toEqual(value)
  })

  it.each(['secrets.KEY', 'hashFiles(inputs.project)', 'inputs.a + 1', "'open", 'inputs.a inputs.b', '(inputs.a'])(
    '%s is refused',
    (source) => {
      expect(() => evaluate(source, contexts)).toThrow()
    },
  )

  it('keep their type alone and are text within text', () => {
    expect(
      fill({ a: ['${{ fromJSON(needs.plan.outputs.second) }}'], b: 'x-${{ inputs.project }}.tar' }, contexts),
    ).toEqual({ a: [[{ format: 'helm' }]], b: 'x-sample.tar' })
    expect(holds('${{ !failure() && !cancelled() }}', contexts)).toBe(true)
    expect(holds('inputs.twice', contexts)).toBe(false)
  })
})
