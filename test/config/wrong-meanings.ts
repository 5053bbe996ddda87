import type { WrongConfig } from './valid.ts'

/** Values that do not go together, or out of their range. */
export const WRONG_MEANINGS: readonly WrongConfig[] = [
  {
    rule: 'what is collected lies where the application does',
    from: '  include: ',
    to: '  root: src\n  include: ',
    says: [
      'slipway.yaml:22:5 python.collect.root: does not lie below python.root, src',
      '  Write it such as src/static.',
    ],
  },
  {
    rule: 'extras mean nothing to a requirements file',
    from: '  include: ',
    to: '  extras: [web]\n  include: ',
    says: [
      'slipway.yaml:18:3 python.extras: has no effect on what python.requirements names',
      '  Name uv.lock, poetry.lock or pyproject.toml in python.requirements, or remove this.',
    ],
  },
  {
    rule: 'a host in capitals is a variable of the table',
    from: '      ready: /\n',
    to: '      ready: /\n      host: ALLOWED_HOSTS\n',
    says: [
      'slipway.yaml:28:7 runtime.services[0].host: ALLOWED_HOSTS is no variable of the table',
      '  Add it to runtime.environment, or write a host name in small letters.',
    ],
  },
  {
    rule: 'a host of a service is no address',
    from: '      ready: /\n',
    to: '      ready: /\n      host: "https://x"\n',
    says: [
      'slipway.yaml:28:7 runtime.services[0].host: is neither a host name nor the name of a variable',
      '  Write it such as satchel.internal, or ALLOWED_HOSTS.',
    ],
  },
  {
    rule: 'an unknown placeholder in a command is refused',
    from: '{host}:{port}',
    to: '{host}:{prot}',
    says: [
      'slipway.yaml:25:47 runtime.services[0].command[3]: {prot} is no placeholder',
      '  Known here: {host}, {port}, {app}, {state}, {static}.',
    ],
  },
  {
    rule: 'an unknown placeholder in a default is refused',
    from: '{state}/db',
    to: '{data}/db',
    says: [
      'slipway.yaml:31:76 runtime.environment[1].default: {data} is no placeholder',
      '  Known here: {state}, {static}, {app}.',
    ],
  },
  {
    rule: 'an unknown source of a variable names the nearest',
    from: 'database.host',
    to: 'database.hots',
    says: [
      'slipway.yaml:31:55 runtime.environment[1].from: must be database.host, database.port, database.name, database.user, database.password, database.url or port, not "database.hots"',
      '  Did you mean database.host?',
    ],
  },
  {
    rule: 'a source in the database needs a database',
    from: '  database: { kind: postgresql, versions: ">=13" }\n',
    to: '',
    says: [
      'slipway.yaml:30:55 runtime.environment[1].from: speaks of a database, but runtime.database is missing',
      '  Add runtime.database, or remove `from`.',
    ],
  },
  {
    rule: 'a variable that stands twice is refused',
    from: 'name: DB_HOST',
    to: 'name: SECRET_KEY',
    says: [
      'slipway.yaml:31:9 runtime.environment[1].name: SECRET_KEY stands twice in this list',
      '  Keep one of the two.',
    ],
  },
  {
    rule: 'a name that no variable can have is refused',
    from: 'name: DB_HOST',
    to: 'name: db-host',
    says: [
      'slipway.yaml:31:9 runtime.environment[1].name: is no name of an environment variable: capitals, digits and _',
      '  Write it as the application reads it, such as SECRET_KEY.',
    ],
  },
  {
    rule: 'a generated key that is not secret is refused',
    from: 'secret: true, required: true',
    to: 'required: true',
    says: [
      'slipway.yaml:30:68 runtime.environment[0].generate: makes a key that is not marked secret',
      '  Add `secret: true`.',
    ],
  },
  {
    rule: 'an address of the database, password and all, that is not secret is refused',
    from: 'name: DB_HOST, meaning: Host of the database, from: database.host',
    to: 'name: DB_HOST, meaning: Host of the database, from: database.url',
    says: [
      'slipway.yaml:31:55 runtime.environment[1].from: holds a password, but is not marked secret',
      '  Add `secret: true`.',
    ],
  },
  {
    rule: 'a name that no service can have is refused',
    from: 'name: web\n',
    to: 'name: Web Server\n',
    says: [
      'slipway.yaml:24:7 runtime.services[0].name: is no name of a service: lower-case letters, digits, -',
      '  Write it such as web.',
    ],
  },
  {
    rule: 'a service that stands twice is refused',
    from: '  database:',
    to: '    - { name: web, command: [celery] }\n  database:',
    says: ['slipway.yaml:28:9 runtime.services[1].name: web stands twice in this list', '  Keep one of the two.'],
  },
  {
    rule: 'a port that is out of range is refused',
    from: 'port: 8000',
    to: 'port: 80000',
    says: ['slipway.yaml:26:7 runtime.services[0].port: must be at most 65535', '  Choose a number in that range.'],
  },
  {
    rule: 'a port that only root may use is refused',
    from: 'port: 8000',
    to: 'port: 80',
    says: ['slipway.yaml:26:7 runtime.services[0].port: must be at least 1024', '  Choose a number in that range.'],
  },
  {
    rule: 'a command with {port} needs a port',
    from: '      port: 8000\n',
    to: '',
    says: [
      'slipway.yaml:24:7 runtime.services[0]: uses {port} but has no `port`',
      '  Add the port it listens on by default.',
    ],
  },
  {
    rule: 'a path of a page that does not begin with / is refused',
    from: 'ready: /\n  database',
    to: 'ready: healthz\n  database',
    says: ['slipway.yaml:27:7 runtime.services[0].ready: is no path of a URL', '  Begin with /, such as /healthz.'],
  },
  {
    rule: 'an empty list is refused',
    from: '[manage.py, shelf/**]',
    to: '[]',
    says: ['slipway.yaml:18:3 python.include: must not be empty', '  Write at least one.'],
  },
  {
    rule: 'esbuild without what it bundles is refused',
    from: 'dir: web',
    to: 'dir: web\n    builder: esbuild',
    says: [
      'slipway.yaml:13:5 frontends[0]: has `builder: esbuild` but no `esbuild` section',
      '  Add esbuild: { entries, outdir }.',
    ],
  },
  {
    rule: 'a front end that stands twice is refused',
    from: 'python:\n',
    to: '  - { dir: web, output: [x/**] }\npython:\n',
    says: ['slipway.yaml:15:7 frontends[1].dir: web stands twice in this list', '  Keep one of the two.'],
  },
  {
    rule: 'a step of the rehearsal of two kinds is refused',
    from: '- ready: /\n',
    to: '- ready: /\n    restart: {}\n',
    says: ['slipway.yaml:35:5 rehearse[0]: must have exactly one key: the kind of the step'],
  },
  {
    rule: 'an unknown step of the rehearsal names the nearest',
    from: '- ready: /\n',
    to: '- redy: /\n',
    says: ['slipway.yaml:35:5 rehearse[0].redy: is no known key', '  Did you mean `ready`?'],
  },
  {
    rule: 'an application tree without what is installed is refused',
    from: '  include: [manage.py, shelf/**]\n',
    to: '',
    says: ['slipway.yaml:15:1 python.include: is missing', '  Add it: Globs of the files that are installed.'],
  },
]
