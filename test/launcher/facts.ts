import type { Facts, RuntimeFacts } from '../../scripts/lib/core/facts.ts'
import { bareFacts } from '../support/facts.ts'

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
  const bare = bareFacts({ name: 'tray', title: 'Tray', summary: 'Papers that wait for somebody' })
  return { ...bare, runtime: { ...RUNTIME, ...runtime } }
}
