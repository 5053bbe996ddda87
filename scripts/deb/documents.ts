import type { Facts } from '../lib/core/facts.ts'

interface DatabaseNames {
  readonly user: string
  readonly database: string
}

/** Role and database that the application uses where nothing is configured. */
export function defaultDatabase(facts: Facts): DatabaseNames {
  const find = (from: string): string | undefined => {
    const row = facts.runtime.environment.find((one) => one.from === from)
    return row?.channels?.['deb'] ?? row?.default
  }
  return { user: find('database.user') ?? facts.app.name, database: find('database.name') ?? facts.app.name }
}

// The launcher knows the database by the variables of the table only.
function databaseCommands({ app, runtime }: Facts): readonly string[] {
  const described = runtime.environment.some(({ from }) => from?.startsWith('database.'))
  return runtime.database !== undefined && described ? [`sudo ${app.name} setup-db`] : []
}

function address(facts: Facts): string | undefined {
  const port = facts.runtime.services.find((service) => service.port !== undefined)?.port
  return port === undefined ? undefined : `http://127.0.0.1:${port}/`
}

/** What postinst says last when the service started. */
export function renderRunningNotice(facts: Facts): string {
  const at = address(facts)
  return `${facts.app.title} is running${at === undefined ? '' : ` on ${at}`}; configuration: /etc/${facts.app.name}/${facts.app.name}.env\n`
}

/** What postinst says last when the service did not start: the next command. */
export function renderNotRunningNotice(facts: Facts): string {
  const { name, title } = facts.app
  const commands = [...databaseCommands(facts), `sudo systemctl restart ${name}`].join(' && ')
  return `${title} is installed but not running yet (sudo ${name} check says why). Next: ${commands}\n`
}

/** README.Debian: the way from the installed package to the first page, and what outlives it. */
export function renderReadme(facts: Facts): string {
  const { name, title } = facts.app
  const database = facts.runtime.database === undefined ? [] : databaseSection(facts)
  const hasKeys = facts.runtime.environment.some(({ generate }) => generate !== undefined)
  const kept = [
    'the data',
    ...(database.length === 0 ? [] : ['the database']),
    ...(hasKeys ? [`the keys (in /var/lib/${name}-keys)`] : []),
  ].join(', ')
  const lines = [
    `${title} for Debian`,
    '='.repeat(`${title} for Debian`.length),
    '',
    ...database,
    `Configuration is in /etc/${name}/${name}.env and /etc/${name}/conf.d/*.env; an upgrade never`,
    `changes it. After a change: ${name} check, then systemctl restart ${name}.`,
    '',
    ...(hasKeys ? keysSection(name) : []),
    ...instancesSection(facts, hasKeys),
    `Data lies in /var/lib/${name}. Removing the package keeps configuration and data; purging`,
    `it deletes the configuration and keeps ${kept}.`,
    '',
  ]
  return lines.join('\n')
}

function instancesSection(facts: Facts, hasKeys: boolean): readonly string[] {
  const { name } = facts.app
  const own = [
    'port',
    ...(hasKeys ? ['key'] : []),
    'state folder',
    ...(facts.runtime.database === undefined ? [] : [`database (${defaultDatabase(facts).database}_NAME)`]),
  ]
  return [
    `For several instances, systemctl enable --now ${name}@NAME makes one of its own:`,
    `${own.join(', ')}. Its configuration is`,
    `/etc/${name}/instances/NAME/${name}.env; ${name} --instance NAME check says what it lacks.`,
    ...databaseCommands(facts).map(() => `Its database is made by ${name} --instance NAME setup-db.`),
    '',
  ]
}

function keysSection(name: string): readonly string[] {
  return [
    `Keys are made once in /etc/${name}, readable by root alone, and handed to the service by`,
    'systemd. Keep a copy of them beside each copy of the data: what they encrypt cannot be read',
    'without them.',
    '',
  ]
}

function databaseSection(facts: Facts): readonly string[] {
  const { name, title } = facts.app
  const commands = databaseCommands(facts)
  if (commands.length === 0)
    return [`${title} wants a PostgreSQL database (${facts.runtime.database?.versions ?? ''}).`, '']
  return [
    `${title} wants a PostgreSQL database (${facts.runtime.database?.versions ?? ''}). One on the same machine, without a`,
    'password, is made by',
    '',
    ...commands.map((command) => `    ${command}`),
    `    sudo systemctl restart ${name}`,
    '',
    'A database elsewhere is named by DATABASE_URL, or the variables for its parts, in the',
    'configuration; the same command then says what it lacks. Before the package is removed,',
    `${name} drop-db removes the database for ever, if that is wanted.`,
    '',
  ]
}
