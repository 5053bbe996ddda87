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

/** Exit statuses of the launcher after which another attempt would only fail again; 75 says that the database is away. */
const FINAL = '1 2 78'

// Programs that tell systemd themselves when they listen, sd_notify(3), and renew their workers on HUP.
const NOTIFIES: readonly string[] = ['gunicorn']

/** Units of the package: init, migrate, and one per service; the first service has the package's own name. */
export function renderUnits(facts: Facts, config: DebConfig): readonly UnitFile[] {
  const services = facts.runtime.services.map((service, index) => ({
    name: serviceUnit(facts, index),
    text: renderUnit(serviceSections(facts, config, service, index)),
  }))
  const migrate =
    facts.runtime.migrate === undefined
      ? []
      : [{ name: `${facts.app.name}-migrate.service`, text: renderUnit(migrateSections(facts, config)) }]
  return [{ name: `${facts.app.name}-init.service`, text: renderUnit(initSections(facts)) }, ...migrate, ...services]
}

/** Name of the unit of a service by its place in the list. */
export function serviceUnit(facts: Facts, index: number): string {
  const name = facts.runtime.services[index]?.name ?? ''
  return index === 0 ? `${facts.app.name}.service` : `${facts.app.name}-${name}.service`
}

/** The services that start and stop with the first one, by links that the package brings. */
export function followingUnits(facts: Facts): readonly string[] {
  return facts.runtime.services.slice(1).map((_, index) => serviceUnit(facts, index + 1))
}

function initSections(facts: Facts): readonly UnitSection[] {
  const { name, title, homepage } = facts.app
  return [
    unit(`${title}: keys and directories`, homepage, [['After', 'local-fs.target']]),
    {
      name: 'Service',
      settings: [
        ['Type', 'oneshot'],
        ['ExecStart', `/usr/bin/${name} init`],
        ['ConfigurationDirectory', name],
        ['ConfigurationDirectoryMode', '0755'],
        ...initHardening([`-/var/lib/${name}`]),
      ],
    },
  ]
}

function migrateSections(facts: Facts, config: DebConfig): readonly UnitSection[] {
  const { name, title, homepage } = facts.app
  const order: Settings = [
    ['Requires', `${name}-init.service`],
    ['After', `${name}-init.service network-online.target postgresql.service`],
    ['Wants', 'network-online.target'],
    ['PartOf', `${name}.service`],
  ]
  return [
    unit(`${title}: database migrations`, homepage, order),
    {
      name: 'Service',
      settings: [
        ['Type', 'oneshot'],
        ['RemainAfterExit', 'yes'],
        ['ExecStart', `/usr/bin/${name} migrate --wait 5`],
        // A service whose start failed with this unit would stay down: start it once a later attempt succeeds.
        ['ExecStartPost', `+/usr/bin/systemctl --no-block start ${name}.service`],
        ['Restart', 'on-failure'],
        ['RestartPreventExitStatus', FINAL],
        ['RestartSec', '10s'],
        ['TimeoutStartSec', 'infinity'],
        ...runtime(facts, config),
      ],
    },
  ]
}

function serviceSections(facts: Facts, config: DebConfig, service: Service, index: number): readonly UnitSection[] {
  const { name, title, homepage } = facts.app
  const before = facts.runtime.migrate === undefined ? `${name}-init.service` : `${name}-migrate.service`
  const after = new Set([`${name}-init.service`, before])
  const order: Settings = [
    ['Requires', before],
    ['After', `${[...after].join(' ')} network.target`],
    ['StartLimitIntervalSec', '10min'],
    ['StartLimitBurst', '5'],
    ...(index === 0 ? [] : [['PartOf', `${name}.service`] as const]),
  ]
  const notifies = NOTIFIES.includes(service.command[0] ?? '')
  // /bin/kill comes with procps, which a small system lacks.
  const reload = notifies ? [['ExecReload', "/bin/sh -c 'kill -HUP $MAINPID'"] as const] : []
  return [
    unit(index === 0 ? title : `${title}: ${service.name}`, homepage, order),
    {
      name: 'Service',
      settings: [
        ['Type', notifies ? 'notify' : 'exec'],
        ['ExecStart', `/usr/bin/${name} run ${service.name}`],
        ...reload,
        ['Restart', 'on-failure'],
        ['RestartSec', '5s'],
        ...runtime(facts, config),
      ],
    },
    ...(index === 0 ? [{ name: 'Install', settings: [['WantedBy', 'multi-user.target']] } as const] : []),
  ]
}

function unit(description: string, homepage: string, settings: Settings): UnitSection {
  return {
    name: 'Unit',
    settings: [['Description', literal(description)], ['Documentation', literal(homepage)], ...settings],
  }
}

/** What every unit has that runs the application's own code; systemd hands over the keys, which its user cannot read. */
function runtime(facts: Facts, config: DebConfig): Settings {
  const { name } = facts.app
  const keys = facts.runtime.environment.filter((row) => row.generate === 'key').map((row) => row.name.toLowerCase())
  return [
    ['User', name],
    ['Group', name],
    ['StateDirectory', name],
    ['StateDirectoryMode', '0750'],
    ...keys.map((key) => ['LoadCredential', `${key}:/etc/${name}/${key}`] as const),
    ...serviceHardening(config.jit),
  ]
}
