import type { Facts, Service, Variable } from '../lib/core/facts.ts'
import { channelDefault } from './variables.ts'

/** Where one channel puts an application that is started by the launcher. */
export interface Layout {
  readonly channel: 'deb' | 'image' | 'wheel' | 'collect'
  readonly app: string // BASE_DIR of the application tree; absolute, or relative to the data file (wheel)
  readonly static: string // collected static root, `` where there is none; like `app`
  readonly vendor: readonly string[] // site directories; may hold {python}, the running minor; like `app`
  readonly state: string // default state directory; `` for the platform's convention (wheel)
  readonly config: readonly string[] // env files and directories of them, lowest first; may hold {state}
  readonly secrets: string // directory of generated keys; may hold {state}
  readonly user?: string // deb: the service user that root becomes
  readonly system?: readonly string[] // deb: distributions that Debian packages bring, normalised (PEP 503)
  /** Places of further instances side by side; each may hold {instance}. `example` is the configuration of a new one. */
  readonly instances?: Pick<Layout, 'state' | 'config' | 'secrets'> & { readonly example: string }
  /** image: the PostgreSQL that the full image brings; the lean one names it, and the full `image`, too, so that both share their layers. */
  readonly postgresql?: { readonly major: string; readonly bin: string; readonly image?: string } | undefined
}

/** Slipway's own files that make up the launcher, for `Work.ownFile`; a room places them below one directory. */
export const launcherFiles: readonly string[] = [
  'launcher.py',
  'slipway_launcher/__init__.py',
  'slipway_launcher/backup.py',
  'slipway_launcher/check.py',
  'slipway_launcher/client.py',
  'slipway_launcher/cluster.py',
  'slipway_launcher/configuration.py',
  'slipway_launcher/database.py',
  'slipway_launcher/drop_db.py',
  'slipway_launcher/envfile.py',
  'slipway_launcher/errors.py',
  'slipway_launcher/health.py',
  'slipway_launcher/instances.py',
  'slipway_launcher/keys.py',
  'slipway_launcher/kube.py',
  'slipway_launcher/layout.py',
  'slipway_launcher/main.py',
  'slipway_launcher/postgres.py',
  'slipway_launcher/programs.py',
  'slipway_launcher/restore.py',
  'slipway_launcher/services.py',
  'slipway_launcher/session.py',
  'slipway_launcher/setup_db.py',
  'slipway_launcher/sql/empty.sql',
  'slipway_launcher/sql/schemas.sql',
  'slipway_launcher/sql/tables.sql',
  'slipway_launcher/starting.html',
  'slipway_launcher/starting.py',
  'slipway_launcher/stamp.py',
  'slipway_launcher/state.py',
  'slipway_launcher/supervisor.py',
  'slipway_launcher/system.py',
  'slipway_launcher/tarball.py',
  'slipway_launcher/upgrade.py',
  'slipway_launcher/verbs.py',
  'slipway_launcher/versions.py',
].map((file) => `launcher/python/${file}`)

/** The place of one of `launcherFiles` below the directory in which a room puts the launcher. */
export function launcherPlace(file: string): string {
  return file.replace(/^launcher\/python\//, '')
}

function serviceData(service: Service): object {
  const { name, command, port, health, ready, host } = service
  return { name, command, port, health, ready, host }
}

function rowData(row: Variable, channel: string): object {
  const { name, meaning, required, secret, generate, from, example } = row
  return { name, meaning, default: channelDefault(row, channel), required, secret, generate, from, example }
}

/** `launcher.json`, the only file of the launcher that differs between applications and channels; it lies beside launcher.py. */
export function renderLauncherData(facts: Facts, layout: Layout): string {
  const { app, runtime } = facts
  const data = {
    schema: 1,
    name: app.name,
    title: app.title,
    summary: app.summary,
    homepage: app.homepage,
    version: facts.version.plain,
    build: [facts.version.plain, facts.commit.slice(0, 12), String(facts.epoch)]
      .filter((part) => part !== '')
      .join('-'),
    ...layout,
    settings: runtime.settings,
    manage: runtime.manage,
    services: runtime.services.map(serviceData),
    migrate: runtime.migrate,
    createsuperuser: runtime.createsuperuser,
    check: runtime.check,
    commands: runtime.commands,
    database: runtime.database,
    directories: runtime.state,
    files: runtime.files,
    environment: runtime.environment.map((row) => rowData(row, layout.channel)),
  }
  return `${JSON.stringify(data, undefined, 2)}\n`
}
