import { describe, expect, it } from 'vitest'
import { deb } from '../../scripts/deb/index.ts'
import { sampleFacts } from '../support/facts.ts'

const named = (name: string) => sampleFacts({ app: { ...sampleFacts().app, name } })
const messages = (facts = sampleFacts(), section: object = {}): readonly string[] =>
  deb.check(facts, section).map(({ path, message }) => [...path, message].join(' '))

describe('the section deb', () => {
  it('has nothing against the sample', () => {
    expect(messages()).toEqual([])
  })

  it.each([
    ['Big_App', 'Big_App cannot be the name of a Debian package and of its system user'],
    ['www-data', 'www-data is a user or group of the system'],
    ['staff', 'staff is a user or group of the system'],
    ['postgresql', 'postgresql is the name of a package of the distribution'],
    ['systemd', 'systemd is the name of a package of the distribution'],
    ['python3-django', 'python3-django is the name of a package of the distribution'],
    ['libsatchel', 'libsatchel is the name of a package of the distribution'],
  ])('refuses the name %s', (name, message) => {
    expect(messages(named(name))).toEqual([message])
  })

  it('refuses the name of a package that it depends on, in whatever form', () => {
    expect(messages(named('memcached'), { depends: ['redis-server | memcached (>= 1.6)'] })).toEqual([
      'memcached is the name of a package of the distribution',
    ])
  })

  it('finds no service, a Python twice, and a state folder where instances lie', () => {
    const { runtime } = sampleFacts()
    const facts = sampleFacts({ runtime: { ...runtime, services: [], state: ['media', 'instances/a'] } })
    expect(messages(facts, { pythons: ['3.11', '3.11'] })).toEqual([
      'there is no service to start',
      '`instances` in the state folder is where instances of the service lie',
      'pythons 1 3.11 stands there twice',
    ])
  })

  it.each([
    [['aa (>= 2)', 'aa (<< 2)'], 1, 'no version of aa is both >= 2 and << 2'],
    [['aa (<= 1.9)', 'bb', 'aa (>> 1.10)'], 0, 'no version of aa is both >> 1.10 and <= 1.9'],
    [['aa (= 1)', 'aa (= 2)'], 1, 'no version of aa is both = 1 and = 2'],
  ])('refuses %j, which nothing can meet', (depends, at, message) => {
    expect(messages(sampleFacts(), { depends })).toContain(`depends ${at} ${message}`)
  })

  it('takes bounds that touch, and alternatives', () => {
    expect(messages(sampleFacts(), { depends: ['aa (>= 2)', 'aa (<= 2)', 'bb (>= 2) | bb (<< 1)'] })).toEqual([])
  })
})
