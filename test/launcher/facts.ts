import type { Facts, RuntimeFacts } from '../../scripts/lib/core/facts.ts'

const RUNTIME: RuntimeFacts = {
  settings: 'config.settings.production',
  manage: 'manage.py',
  services: [
    {
      name: 'web',
      command: ['echo-server', '--bind', '{host}:{port}', '--media', '{state}/media'],
      port: 8000,
      health: '/healthz',
      ready: '/readyz',
    },
    { name: 'worker', command: ['worker.py', '--queue', 'all'] },
  ],
  migrate: ['manage.py', 'migrate', '--noinput'],
  createsuperuser: ['manage.py', 'createsuperuser'],
  check: ['manage.py', 'check', '--deploy'],
  commands: { reindex: ['manage.py', 'rebuild_index'] },
  database: { kind: 'postgresql', versions: '>=13', extensions: [] },
  state: ['media'],
  environment: [
    { name: 'SECRET_KEY', meaning: 'Signs sessions', secret: true, required: true, generate: 'key' },
    row('DB_HOST', 'Host or socket folder', { from: 'database.host', default: '/var/run/postgresql' }),
    row('DB_PORT', 'Port of the database', { from: 'database.port', default: '5432' }),
    row('DB_NAME', 'Name of the database', { from: 'database.name', default: 'tray' }),
    row('DB_USER', 'Role', { from: 'database.user', default: 'tray' }),
    row('DB_PASSWORD', 'Its password | empty for peer authentication', { from: 'database.password', secret: true }),
    row('SITE_NAME', 'Name in the head of each page', { required: true, example: 'Our tray' }),
    row('MEDIA_ROOT', 'Where uploads are kept', { default: '{state}/media' }),
    row('WORKERS', 'Number of processes', { default: '2', channels: { image: '1' } }),
  ],
}

function row(
  name: string,
  meaning: string,
  more: Partial<RuntimeFacts['environment'][number]>,
): RuntimeFacts['environment'][number] {
  return { name, meaning, required: false, secret: false, ...more }
}

/** Facts of a small invented application, with what a test changes of its runtime. */
export function trayFacts(runtime: Partial<RuntimeFacts> = {}): Facts {
  return {
    app: {
      name: 'tray',
      title: 'Tray',
      summary: 'Papers that wait for somebody',
      description: 'Keeps papers until somebody has time.\n',
      homepage: 'https://tray.example',
      license: 'MIT',
      licenseFiles: ['LICENSE'],
      maintainer: { name: 'Tray developers', email: 'tray@tray.example' },
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
    frontends: [],
    python: {
      requires: '>=3.9',
      native: false,
      backend: 'generated',
      include: ['**'],
      exclude: [],
      allow: [],
      requirements: [],
      extras: [],
      groups: [],
      translations: [],
    },
    deps: { wheels: [], floor: 'manylinux_2_28' },
    runtime: { ...RUNTIME, ...runtime },
    rehearse: [],
    tools: { node: {}, managers: {}, uv: '0.0.0' },
  }
}
