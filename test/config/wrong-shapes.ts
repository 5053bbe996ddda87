import { VALID, type WrongConfig } from './valid.ts'

const APP = VALID.slice(VALID.indexOf('app:'), VALID.indexOf('version:'))

/** Faults of form: YAML, keys and types. */
export const WRONG_SHAPES: readonly WrongConfig[] = [
  {
    rule: 'an unknown key names the nearest known one',
    from: '  summary:',
    to: '  sumary:',
    says: [
      'slipway.yaml:2:1 app.summary: is missing',
      '  Add it: What it is, in one line without a full stop.',
      'slipway.yaml:4:3 app.sumary: is no known key',
      '  Did you mean `summary`?',
    ],
  },
  {
    rule: 'an unknown key without a near one lists those that are known',
    from: 'ready: /\n  database',
    to: 'colour: red\n  database',
    says: [
      'slipway.yaml:27:7 runtime.services[0].colour: is no known key',
      '  Known here: name, command, port, health, ready, host.',
    ],
  },
  {
    rule: 'an unknown format is told with the formats there are',
    from: 'deb:\n',
    to: 'rpm:\n',
    says: [
      'slipway.yaml:32:1 rpm: is no section and no format',
      '  Known here: schema, app, version, source, frontends, python, deps, runtime, rehearse, release, deb, helm.',
    ],
  },
  {
    rule: 'a missing key says what it is for',
    from: '  maintainer: Ada Reader <ada@shelf.example>\n',
    to: '',
    says: [
      'slipway.yaml:2:1 app.maintainer: is missing',
      '  Add it: Who answers for the packages: Name <mail@example.org>.',
    ],
  },
  {
    rule: 'a missing section is told',
    from: APP,
    to: '',
    says: ['slipway.yaml:1:1 app: is missing', '  Add it: Who the application is.'],
  },
  {
    rule: 'a missing schema number is told',
    from: 'schema: 1\n',
    to: '',
    says: ['slipway.yaml:1:1 schema: is missing', '  Add it: schema: 1.'],
  },
  {
    rule: 'another schema number is refused',
    from: 'schema: 1',
    to: 'schema: 2',
    says: ['slipway.yaml:1:1 schema: must be 1, not the number 2', '  Write 1.'],
  },
  {
    rule: 'a quoted schema number is refused',
    from: 'schema: 1',
    to: 'schema: "1"',
    says: ['slipway.yaml:1:1 schema: must be 1, not "1"', '  Write 1.'],
  },
  {
    rule: 'a version that YAML reads as a number must be quoted',
    from: '">=3.11"',
    to: '3.10',
    says: [
      'slipway.yaml:16:3 python.requires: must be text, but YAML reads 3.10 as the number 3.1',
      '  Put it in quotes: requires: "3.10".',
    ],
  },
  {
    rule: 'a version in a list that YAML reads as a number must be quoted',
    from: '["3.11"]',
    to: '[3.10]',
    says: [
      'slipway.yaml:33:13 deb.pythons[0]: must be text, but YAML reads 3.10 as the number 3.1',
      '  Put it in quotes: "3.10".',
    ],
  },
  {
    rule: 'a default that YAML reads as a number must be quoted',
    from: '"{state}/db"',
    to: '5432',
    says: [
      'slipway.yaml:31:76 runtime.environment[1].default: must be text, but YAML reads 5432 as a number',
      '  Put it in quotes: default: "5432".',
    ],
  },
  {
    rule: 'a default that YAML reads as a truth value must be quoted',
    from: '"{state}/db"',
    to: 'true',
    says: [
      'slipway.yaml:31:76 runtime.environment[1].default: must be text, but YAML reads true as true or false',
      '  Put it in quotes: default: "true".',
    ],
  },
  {
    rule: 'a key that stands twice is told with both lines',
    from: '  license: MIT',
    to: '  license: MIT\n  license: ISC',
    says: ['slipway.yaml:7:3 app.license: stands in line 6 already', '  Keep one of the two.'],
  },
  {
    rule: 'a tab is told',
    from: '  native: true',
    to: '\tnative: true',
    says: ['slipway.yaml:17:1 a tab stands where YAML wants spaces', '  Indent with spaces.'],
  },
  {
    rule: 'text that is no YAML is told',
    from: '[manage.py, shelf/**]',
    to: '[manage.py, shelf/**',
    says: [
      'slipway.yaml:19:3 this is not YAML: deficient indentation',
      '  Mend the line; quotes around the value often help.',
    ],
  },
  {
    rule: 'text in place of a list is told',
    from: '[manage.py, shelf/**]',
    to: 'shelf/**',
    says: [
      'slipway.yaml:18:3 python.include: must be a list: [one, two], not the text "shelf/**"',
      '  It is meant for: Globs of the files that are installed.',
    ],
  },
  {
    rule: 'a list in place of text is told',
    from: 'name: shelf',
    to: 'name: [shelf]',
    says: [
      'slipway.yaml:3:3 app.name: must be text, not a list',
      '  It is meant for: Name of the application in every channel: also a Debian package name.',
    ],
  },
  {
    rule: 'text in place of a section is told',
    from: '{ kind: postgresql, versions: ">=13" }',
    to: 'postgresql',
    says: [
      'slipway.yaml:28:3 runtime.database: must be a section with keys of its own, not the text "postgresql"',
      '  It is meant for: The database it owns.',
    ],
  },
  {
    rule: 'an empty file is told',
    from: VALID,
    to: '',
    says: ['slipway.yaml:1:1 this file holds no sections', '  Begin with `schema: 1` and `app:`.'],
  },
  {
    rule: 'a file that is a list is told',
    from: VALID,
    to: '- schema: 1\n',
    says: ['slipway.yaml:1:1 this file holds no sections', '  Begin with `schema: 1` and `app:`.'],
  },
]
