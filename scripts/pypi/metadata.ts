import { ReleaseError } from '../lib/core/error.ts'
import type { Facts } from '../lib/core/facts.ts'
import type { PypiConfig } from './config.ts'
import type { Names } from './names.ts'

/** The long description and what it is written in. */
export interface Description {
  readonly text: string
  readonly type: string // content type
}

/** What METADATA says besides the facts. */
export interface MetadataInput {
  readonly facts: Facts
  readonly config: PypiConfig
  readonly names: Names
  readonly requirements: readonly string[]
  readonly licenseFiles: readonly string[]
  readonly description: Description
}

/** METADATA and PKG-INFO: core metadata 2.4 (PEP 639 licences). */
export function renderMetadata(input: MetadataInput): string {
  const { facts, config, names, description } = input
  const { app, python } = facts
  const fields: readonly (readonly [string, string])[] = [
    ['Metadata-Version', '2.4'],
    ['Name', config.name],
    ['Version', names.version],
    ['Summary', app.summary],
    ['Author-email', `${renderPerson(app.maintainer.name)} <${app.maintainer.email}>`],
    ['License-Expression', app.license],
    ...input.licenseFiles.map((file) => ['License-File', file] as const),
    ['Project-URL', `Homepage, ${app.homepage}`],
    ...Object.entries(config.urls).map(([label, url]) => ['Project-URL', `${label}, ${url}`] as const),
    ...config.classifiers.map((classifier) => ['Classifier', classifier] as const),
    ['Requires-Python', python.requires],
    ...input.requirements.map((requirement) => ['Requires-Dist', requirement] as const),
    ['Description-Content-Type', description.type],
  ]
  return `${fields.map(renderField).join('')}\n${description.text.trim()}\n`
}

/** A display name, quoted where it holds what an address gives a meaning (RFC 5322, section 3.2.3). */
function renderPerson(name: string): string {
  return /[()<>[\]:;@\\,."]/.test(name) ? `"${name.replaceAll(/["\\]/g, '\\$&')}"` : name
}

function renderField([name, value]: readonly [string, string]): string {
  if (!/[\r\n]/.test(value)) return `${name}: ${value}\n`
  throw new ReleaseError('CONFIG_INVALID', `${name} cannot hold a line break`, { hint: 'Write it on one line.' })
}

/** The wheel's own facts (binary distribution format). */
export const WHEEL_FILE: string = [
  'Wheel-Version: 1.0',
  'Generator: slipway',
  'Root-Is-Purelib: true',
  'Tag: py3-none-any',
  '',
].join('\n')

/** `APP = package:main`, the one command that is installed (entry points specification). */
export function renderEntryPoints(command: string, module: string): string {
  return `[console_scripts]\n${command} = ${module}:main\n`
}
