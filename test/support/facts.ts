import type { BundledModule } from '../../scripts/lib/core/bundled-modules.ts'
import type { AppFacts, Facts, RuntimeFacts, Variable } from '../../scripts/lib/core/facts.ts'

const row = (name: string, meaning: string, more: Partial<Variable> = {}): Variable => ({
  name,
  meaning,
  required: false,
  secret: false,
  ...more,
})

const RUNTIME: RuntimeFacts = {
  settings: 'config.settings.production',
  manage: 'manage.py',
  services: [
    {
      name: 'web',
      command: ['gunicorn', 'config.wsgi:application', '--bind', '{host}:{port}'],
      port: 8000,
      health: '/healthz',
      ready: '/readyz',
    },
  ],
  migrate: ['manage.py', 'migrate', '--noinput'],
  createsuperuser: ['manage.py', 'createsuperuser'],
  check: ['manage.py', 'check', '--deploy'],
  commands: {},
  database: { kind: 'postgresql', versions: '>=13', extensions: [] },
  state: ['media'],
  environment: [
    row('SECRET_KEY', 'Signs sessions and encrypts notes', { secret: true, required: true, generate: 'key' }),
    row('POSTGRES_HOST', 'Host or socket folder', { from: 'database.host', default: '/var/run/postgresql' }),
    row('POSTGRES_PORT', 'Port of the database', { from: 'database.port', default: '5432' }),
    row('POSTGRES_DB', 'Name of the database', { from: 'database.name', default: 'satchel' }),
    row('POSTGRES_USER', 'Role that owns the database', { from: 'database.user', default: 'satchel' }),
    row('POSTGRES_PASSWORD', 'Its password; empty for peer authentication', {
      from: 'database.password',
      secret: true,
    }),
    row('ALLOWED_HOSTS', 'Host names that Satchel answers to, separated by commas', { default: '*' }),
    row('CSRF_TRUSTED_ORIGINS', 'Origins of a proxy in front', { example: 'https://satchel.example' }),
    row('MEDIA_ROOT', 'Where uploads are kept', { default: '{state}/media' }),
  ],
}

const FACTS: Facts = {
  app: {
    name: 'satchel',
    title: 'Satchel',
    summary: 'Files and private notes for a small team',
    description: "Satchel keeps a team's files and notes in one place that the team owns.\n",
    homepage: 'https://satchel.example',
    license: 'Apache-2.0',
    licenseFiles: ['LICENSE'],
    maintainer: { name: 'Satchel developers', email: 'satchel@satchel.example' },
  },
  version: {
    tag: 'v1.2.0',
    plain: '1.2.0',
    prerelease: false,
    pep440: { value: '1.2.0' },
    debian: { value: '1.2.0' },
    semver: { value: '1.2.0' },
  },
  revision: 1,
  commit: '0123456789abcdef0123456789abcdef01234567',
  epoch: 1_700_000_000,
  trial: false,
  missing: [],
  frontends: [
    {
      dir: 'frontend',
      builder: 'npm',
      build: ['run', 'build'],
      output: ['core/static/core/build/**'],
      expect: [{ file: 'core/static/core/build/manifest.json', keys: ['en', 'de'] }],
      environment: {},
    },
  ],
  python: {
    requires: '>=3.11',
    native: true,
    backend: 'generated',
    include: ['manage.py', 'config/**', 'core/**', 'translations/**'],
    exclude: ['**/tests/**'],
    allow: [],
    requirements: ['requirements.txt'],
    extras: [],
    groups: [],
    translations: ['translations'],
    collect: {
      command: ['manage.py', 'collectstatic', '--noinput'],
      root: 'static',
      environment: { SECRET_KEY: 'only-for-collecting' },
    },
  },
  deps: { wheels: [], floor: 'manylinux_2_28' },
  runtime: RUNTIME,
  rehearse: [{ ready: '/readyz' }],
  repository: 'satchel-team/satchel',
  tools: { node: { frontend: '24.21.0' }, managers: { frontend: 'npm@11.2.0' }, uv: '0.9.0' },
}

/** Facts of an application at 1.2.0 that has nothing: no front end, no dependency, no service. */
export function bareFacts(app: Pick<AppFacts, 'name' | 'title' | 'summary'>): Facts {
  const { name, title } = app
  const { version, revision, commit, epoch, trial, missing, deps } = FACTS
  const lists = { include: [], exclude: [], allow: [], requirements: [], extras: [], groups: [], translations: [] }
  return {
    app: {
      ...app,
      description: '',
      homepage: `https://${name}.example`,
      license: 'MIT',
      licenseFiles: ['LICENSE'],
      maintainer: { name: `${title} developers`, email: `${name}@${name}.example` },
    },
    ...{ version, revision, commit, epoch, trial, missing, deps },
    frontends: [],
    python: { requires: '>=3.9', native: false, backend: 'generated', ...lists },
    runtime: { services: [], commands: {}, state: [], environment: [] },
    rehearse: [],
    tools: { node: {}, managers: {}, uv: '0.0.0' },
  }
}

/** Facts of satchel 1.2.0, a Django application with native dependencies, with what a test changes of them. */
export function sampleFacts(changes: Partial<Facts> = {}): Facts {
  return { ...FACTS, ...changes }
}

/** Facts of satchel 1.2.0-rc.1, whose version is spelled differently in each ecosystem. */
export function prereleaseFacts(changes: Partial<Facts> = {}): Facts {
  const version = {
    tag: 'v1.2.0-rc.1',
    plain: '1.2.0-rc.1',
    prerelease: true,
    pep440: { value: '1.2.0rc1' },
    debian: { value: '1.2.0~rc1' },
    semver: { value: '1.2.0-rc.1' },
  }
  return sampleFacts({ version, ...changes })
}

/** A module in the bundle of the front end `ui`, with what a test changes of it. */
export function bundledModule(changes: Partial<BundledModule> = {}): BundledModule {
  const module = { name: 'svelte', version: '4.0.0', license: 'MIT', author: '', homepage: '' }
  return { ...module, frontends: ['ui'], texts: [], ...changes }
}
