import { z } from 'zod'
import type { RuntimeFacts, Variable } from '../facts.ts'
import { lineOfText, matching, projectPath, specifiers, urlPath, variableName, withPlaceholders } from './rules.ts'

const words = z.array(lineOfText)

/** Values that an environment variable can take from what the installation knows. */
export const SOURCES = [
  'database.host',
  'database.port',
  'database.name',
  'database.user',
  'database.password',
  'database.url',
  'port',
] as const

const commandWord = withPlaceholders(['host', 'port', 'app', 'state', 'static'])
const serviceName = matching(
  /^[a-z][a-z0-9-]*$/,
  'is no name of a service: lower-case letters, digits, -',
  'Write it such as web.',
)

const hostOrVariable = matching(
  /^([a-z0-9]([a-z0-9.-]*[a-z0-9])?|[A-Z][A-Z0-9_]*)$/,
  'is neither a host name nor the name of a variable',
  'Write it such as satchel.internal, or ALLOWED_HOSTS.',
)

const service = z.strictObject({
  name: serviceName.describe('Name of the service, such as web'),
  command: z
    .array(commandWord)
    .min(1)
    .describe('A console script or .py file and its arguments; {host}, {port}, {app}, {state}, {static}'),
  port: z.int().min(1024).max(65535).exactOptional().describe('Port it listens on by default'),
  health: urlPath.exactOptional().describe('Path that answers without a database'),
  ready: urlPath.exactOptional().describe('Path that answers 200 when it can serve'),
  host: hostOrVariable
    .exactOptional()
    .describe(
      'Host name that health asks for, default localhost; or a variable of the table, whose first one is taken',
    ),
})

const database = z.strictObject({
  kind: z.literal('postgresql').describe('Kind of database'),
  versions: specifiers.describe('Supported versions, such as ">=13"'),
  extensions: words.default([]).describe('Extensions it needs'),
  leaves: words.exactOptional().describe('Schemas it makes in databases of its users; `drop-db` names them'),
})

const valueText = withPlaceholders(['state', 'static', 'app'])
const CHANNELS = ['deb', 'image', 'wheel', 'chart'] as const

const variable: z.ZodType<Variable> = z.strictObject({
  name: variableName.describe('Name as the application reads it'),
  meaning: lineOfText.describe('What it does, in one line'),
  default: valueText.exactOptional().describe('Value where nobody sets one; {state}, {static}, {app}'),
  required: z.boolean().default(false).describe('Whether the application refuses to start without it'),
  secret: z.boolean().default(false).describe('Whether it must not be shown'),
  generate: z.literal('key').exactOptional().describe('key: made once on the target and kept for ever'),
  from: z.enum(SOURCES).exactOptional().describe('Taken from what the installation knows'),
  example: lineOfText.exactOptional().describe('An example for the documentation'),
  channels: z.partialRecord(z.enum(CHANNELS), valueText).exactOptional().describe('Defaults of one channel'),
})

const commandName = matching(/^[a-z][a-z0-9-]*$/, 'is no name of a command', 'Use lower-case letters, digits and -.')

/** `runtime`: how the application runs, and its table of environment variables. */
export const runtimeSection: z.ZodType<RuntimeFacts> = z.strictObject({
  settings: lineOfText.exactOptional().describe('DJANGO_SETTINGS_MODULE'),
  manage: projectPath.exactOptional().describe('The management script, such as manage.py'),
  services: z
    .array(service.describe('One service'))
    .default([])
    .describe('Processes that run; only a wheel and source archives do without'),
  migrate: words.min(1).exactOptional().describe('Command that brings the database up to date'),
  createsuperuser: words.min(1).exactOptional().describe('Command that makes the first administrator'),
  check: words.min(1).exactOptional().describe('Command that checks an installation'),
  commands: z.record(commandName, words.min(1)).default({}).describe("The application's own commands, by name"),
  database: database.exactOptional().describe('The database it owns'),
  state: z.array(projectPath).default([]).describe('Folders it writes to, below the state folder'),
  files: z
    .record(z.string().regex(/^[\w.-]+$/, 'must be the name of a file'), projectPath)
    .exactOptional()
    .describe(
      "Configuration files of the application's own: name in the state folder, and the file of the application tree that the first start copies there; they are the administrator's afterwards",
    ),
  environment: z.array(variable).default([]).describe('The table of environment variables'),
})
