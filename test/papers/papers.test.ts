import { describe, expect, it } from 'vitest'
import { papers } from '../../scripts/papers/index.ts'
import { sampleFacts } from '../support/facts.ts'
import { digestsOf, elsewhere, memoryWork, shuffledWork, writtenFile } from '../support/work.ts'

describe('papers', () => {
  it('give a page with every variable of the application', async () => {
    const work = memoryWork({ promised: papers.outputs(sampleFacts(), {}).map(({ name }) => name) })
    await papers.build(work, {})
    const page = Buffer.from(writtenFile(work, 'ENVIRONMENT.md')).toString()
    expect(page).toContain('# Environment variables of Satchel 1.2.0')
    for (const { name, meaning } of work.facts.runtime.environment) {
      expect(page).toMatch(new RegExp(`^\\| \`${name}\` \\| ${meaning} \\|`, 'm'))
    }
  })

  it('promise and write nothing for an application without variables', async () => {
    const facts = sampleFacts({ runtime: { ...sampleFacts().runtime, environment: [] } })
    const work = memoryWork({ facts, promised: [] })
    await papers.build(work, {})
    expect(papers.outputs(facts, {})).toEqual([])
    expect(work.written.size).toBe(0)
  })

  it('are the same bytes in another time zone, language and umask', async () => {
    const [work, again] = [memoryWork(), shuffledWork()]
    await papers.build(work, {})
    await elsewhere(() => papers.build(again, {}))
    expect(digestsOf(again)).toEqual(digestsOf(work))
  })
})
