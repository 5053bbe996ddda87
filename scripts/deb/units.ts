import type { Facts, Service } from '../lib/core/facts.ts'
import type { DebConfig } from './config.ts'
import { initHardening, serviceHardening } from './hardening.ts'
import { literal, renderUnit, type UnitSection } from './unit.ts'

/** A file of usr/lib/systemd/system. */
export interface UnitFile {
  readonly name: string
  readonly text: string
}

type Settings = UnitSection['settings']

/** What one set of units differs in: the package's own service, or the template of its instances (`%i`, systemd.unit(5)). */
interface Scope {
  readonly file: string // behind a unit's name in the name of its file
  readonly unit: string // behind a unit's name where another one refers to it
  readonly title: string
  readonly command: string
  readonly folder: string // below /etc and /var/lib
}

function scopesOf({ app: { name, title } }: Facts): readonly Scope[] {
  const command = `/usr/bin/${name}`
  return [
    { file: '', unit: '', title: literal(title), command, folder: name },
    {
      file: '@',
      unit: '@%i',
      title: `${literal(title)} (%i)`,
      command: `${command} --instance %i`,
      folder: `${name}/instances/%i`,
    },
  ]
}

/** Exit statuses of the launcher after which another attempt would only fail again; 75 says that the database is away. */
const FINAL = '1 2 78'

// Programs that tell systemd themselves when they listen, sd_notify(3), and renew their workers on HUP.
const NOTIFIES: readonly string[] = ['gunicorn']

/** Units of the package: init, migrate, and one per service, for itself and as templates; the first service has the package's own name. */
export function renderUnits(facts: Facts, config: DebConfig): readonly UnitFile[] {
  return scopesOf(facts).flatMap((scope) => {
    const file = (name: string, sections: readonly UnitSection[]): UnitFile => ({
      name: `${name}${scope.file}.service`,
      text: renderUnit(sections),
    })
    const { migrate, services } = facts.runtime
    return [
      file(`${facts.app.name}-init`, initSections(facts, scope)),
      ...(migrate === undefined ? [] : [file(`${facts.app.name}-migrate`, migrateSections(facts, config, scope))]),
      ...services.map((service, index) =>
        file(serviceName(facts, index), serviceSections(facts, config, scope, service, index)),
      ),
    ]
  })
}

/** Name of the unit of a service by its place in the list, without `.service`. */
function serviceName(facts: Facts, index: number): string {
  const name = facts.runtime.services[index]?.name ?? ''
  return index === 0 ? facts.app.name : `${facts.app.name}-${name}`
}

/** Name of the unit of a service by its place in the list. */
export function serviceUnit(facts: Facts, index: number): string {
  return `${serviceName(facts, index)}.service`
}

/** The services that start and stop with the first one, by links that the package brings. */
export function followingUnits(facts: Facts): readonly string[] {
  return facts.runtime.services.slice(1).map((_, index) => serviceUnit(facts, index + 1))
}

// Each start of the service starts these first: systemd's default limit, five in ten seconds, would refuse a third restart.
const UNLIMITED = ['StartLimitIntervalSec', '0'] as const

function initSections(facts: Facts, { title, command, folder }: Scope): readonly UnitSection[] {
  const { name, homepage } = facts.app
  return [
    unit(`${title}: keys and directories`, homepage, [['After', 'local-fs.target'], UNLIMITED]),
    {
      name: 'Service',
      settings: [
        ['Type', 'oneshot'],
        ['ExecStart', `${command} init`],
        ['ConfigurationDirectory', folder],
        ['ConfigurationDirectoryMode', '0755'],
        ...initHardening([`-/var/lib/${name}`]),
      ],
    },
  ]
}

function migrateSections(facts: Facts, config: DebConfig, scope: Scope): readonly UnitSection[] {
  const { name, homepage } = facts.app
  const init = `${name}-init${scope.unit}.service`
  const order: Settings = [
    ['Requires', init],
    ['After', `${init} network-online.target postgresql.service`],
    ['Wants', 'network-online.target'],
    ['PartOf', `${name}${scope.unit}.service`],
    UNLIMITED,
  ]
  return [
    unit(`${scope.title}: database migrations`, homepage, order),
    {
      name: 'Service',
      settings: [
        ['Type', 'oneshot'],
        ['RemainAfterExit', 'yes'],
        ['ExecStart', `${scope.command} migrate --wait 5 --dump-first`],
        // A service whose start failed with this unit would stay down: start it once a later attempt succeeds.
        ['ExecStartPost', `+/usr/bin/systemctl --no-block start ${name}${scope.unit}.service`],
        ['Restart', 'on-failure'],
        ['RestartPreventExitStatus', FINAL],
        ['RestartSec', '10s'],
        ['TimeoutStartSec', 'infinity'],
        ...runtime(facts, config, scope),
      ],
    },
  ]
}

function serviceSections(
  facts: Facts,
  config: DebConfig,
  scope: Scope,
  service: Service,
  index: number,
): readonly UnitSection[] {
  const { homepage } = facts.app
  const notifies = NOTIFIES.includes(service.command[0] ?? '')
  // /bin/kill comes with procps, which a small system lacks.
  const reload = notifies ? [['ExecReload', "/bin/sh -c 'kill -HUP $MAINPID'"] as const] : []
  const title = index === 0 ? scope.title : `${scope.title}: ${literal(service.name)}`
  return [
    unit(title, homepage, serviceOrder(facts, scope, index)),
    {
      name: 'Service',
      settings: [
        ['Type', notifies ? 'notify' : 'exec'],
        ['ExecStart', `${scope.command} run ${service.name}`],
        ...reload,
        ['Restart', 'on-failure'],
        ['RestartSec', '5s'],
        ...runtime(facts, config, scope),
      ],
    },
    ...(index === 0 ? [{ name: 'Install', settings: [['WantedBy', 'multi-user.target']] } as const] : []),
  ]
}

function serviceOrder(facts: Facts, scope: Scope, index: number): Settings {
  const { name } = facts.app
  const init = `${name}-init${scope.unit}.service`
  const before = facts.runtime.migrate === undefined ? init : `${name}-migrate${scope.unit}.service`
  const following = facts.runtime.services.slice(1).map((_, at) => `${serviceName(facts, at + 1)}${scope.unit}.service`)
  return [
    ['Requires', before],
    ['After', `${[...new Set([init, before])].join(' ')} network.target`],
    // What ends a crash loop must not count the restarts of an administrator who tries settings.
    ['StartLimitIntervalSec', '5min'],
    ['StartLimitBurst', '20'],
    // A link of the package cannot name an instance.
    ...(index === 0 && scope.unit !== '' && following.length > 0 ? [['Wants', following.join(' ')] as const] : []),
    ...(index === 0 ? [] : [['PartOf', `${name}${scope.unit}.service`] as const]),
  ]
}

function unit(description: string, homepage: string, settings: Settings): UnitSection {
  return {
    name: 'Unit',
    settings: [['Description', description], ['Documentation', literal(homepage)], ...settings],
  }
}

/** What every unit has that runs the application's own code; systemd hands over the keys, which its user cannot read. */
function runtime(facts: Facts, config: DebConfig, { folder }: Scope): Settings {
  const { name } = facts.app
  const keys = facts.runtime.environment.filter((row) => row.generate === 'key').map((row) => row.name.toLowerCase())
  return [
    ['User', name],
    ['Group', name],
    ['StateDirectory', folder],
    ['StateDirectoryMode', '0750'],
    ...keys.map((key) => ['LoadCredential', `${key}:/etc/${folder}/${key}`] as const),
    ...serviceHardening(config.allow),
  ]
}
