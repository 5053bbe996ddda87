import { z } from 'zod'

/** What is wrong with a text, and what to do. */
export interface Fault {
  readonly message: string
  readonly hint: string
}

/** A rule for one text of the configuration; undefined where it holds. */
export type TextRule = (text: string) => Fault | undefined

/** A text with a rule that the editors' JSON Schema shows as `pattern` where there is one. */
export function ruled(rule: TextRule, pattern?: RegExp): z.ZodString {
  const schema = z.string().superRefine((text, context) => {
    const fault = rule(text)
    if (fault !== undefined) context.addIssue({ code: 'custom', message: fault.message, params: { hint: fault.hint } })
  })
  return pattern === undefined ? schema : schema.meta({ pattern: pattern.source })
}

/** A text that must match, with what to say where it does not. */
export function matching(pattern: RegExp, message: string, hint: string): z.ZodString {
  return ruled((text) => (pattern.test(text) ? undefined : { message, hint }), pattern)
}

/** A text of one line that is not empty. */
export const lineOfText: z.ZodString = ruled((text) => {
  if (text.trim() === '') return { message: 'must not be empty', hint: 'Write it, or remove the key.' }
  if (text.trimEnd().includes('\n')) return { message: 'must be one line', hint: 'Shorten it to one line.' }
  return undefined
})

/** A path or glob inside the project. */
export const projectPath: z.ZodString = ruled((text) => {
  const said = JSON.stringify(text)
  if (text === '') return { message: 'must not be empty', hint: 'Write a path below the project.' }
  if (/^(\/|~|[A-Za-z]:)/.test(text)) {
    return { message: `${said} is absolute`, hint: 'Write it relative to the project, without a leading /.' }
  }
  if (text.split('/').includes('..')) return { message: `${said} leaves the project`, hint: 'Remove the `..`.' }
  if (text.includes('\\')) return { message: `${said} has a backslash`, hint: 'Separate folders with /.' }
  return undefined
})

/** A path beside the configuration file. */
export const configPath: z.ZodString = ruled((text) =>
  text === '' || text.startsWith('/')
    ? { message: `${JSON.stringify(text)} is absolute`, hint: 'Write it relative to the folder of this file.' }
    : undefined,
)

/** The name of an application or service: also that of a Debian package (Debian Policy 5.6.1). */
export const packageName: z.ZodString = matching(
  /^[a-z0-9][a-z0-9+.-]+$/,
  'is no Debian package name: lower-case letters, digits, + - . and at least two characters',
  'Choose a name such as my-app; `title` may be written as you like.',
)

// One alternative of a relationship field, deb-control(5): name, optional architecture qualifier, optional version.
const ALTERNATIVE = String.raw`[a-z0-9][a-z0-9+.\-]+(:any)?( \((<<|<=|=|>=|>>) [0-9A-Za-z.+~:\-]+\))?`

/** What a Debian package may ask for: `libcairo2 (>= 1.16)`, with alternatives. */
export const debianRelation: z.ZodString = matching(
  new RegExp(String.raw`^${ALTERNATIVE}( \| ${ALTERNATIVE})*$`),
  'is no Debian relationship such as `libcairo2 (>= 1.16)`',
  'Write the name of a Debian package, a version behind it in parentheses.',
)

/** The name of a distribution on a Python index (PEP 508). */
export const distributionName: z.ZodString = matching(
  /^[A-Za-z0-9]([A-Za-z0-9._-]*[A-Za-z0-9])?$/,
  'is no name of a Python distribution',
  'Write the name as the requirements have it, without a version.',
)

/** Of a variable in the environment (IEEE Std 1003.1-2017, 8.1). */
export const variableName: z.ZodString = matching(
  /^[A-Z_][A-Z0-9_]*$/,
  'is no name of an environment variable: capitals, digits and _',
  'Write it as the application reads it, such as SECRET_KEY.',
)

const SPDX_TERM = String.raw`\(*(?:LicenseRef-[A-Za-z0-9.-]+|[A-Za-z0-9][A-Za-z0-9.-]*\+?)(?: WITH [A-Za-z0-9.-]+)?\)*`
const SPDX = new RegExp(`^${SPDX_TERM}(?: (?:AND|OR) ${SPDX_TERM})*$`)
const LOOSE_LICENSES: Readonly<Record<string, string>> = {
  gpl: 'GPL-3.0-only',
  'gpl-3.0': 'GPL-3.0-only or GPL-3.0-or-later',
  'gpl-2.0': 'GPL-2.0-only or GPL-2.0-or-later',
  'agpl-3.0': 'AGPL-3.0-only or AGPL-3.0-or-later',
  'lgpl-3.0': 'LGPL-3.0-only or LGPL-3.0-or-later',
  gplv3: 'GPL-3.0-only or GPL-3.0-or-later',
  agpl: 'AGPL-3.0-only or AGPL-3.0-or-later',
  apache: 'Apache-2.0',
  apache2: 'Apache-2.0',
  bsd: 'BSD-3-Clause',
}

/** An SPDX licence expression by its form (SPDX specification, annex D); known loose names are refused. */
export const spdxExpression: z.ZodString = ruled((text) => {
  const loose = LOOSE_LICENSES[text.toLowerCase()]
  if (loose !== undefined) return { message: `"${text}" is no SPDX identifier`, hint: `Write ${loose}.` }
  if (SPDX.test(text)) return undefined
  return {
    message: `${JSON.stringify(text)} is no SPDX licence expression`,
    hint: 'Write identifiers of https://spdx.org/licenses joined by AND or OR, such as MIT OR Apache-2.0.',
  }
}, SPDX)

/** `Name <mail@example.org>`, as Debian's control files want it (deb-control(5)). */
export const maintainer: z.ZodString = matching(
  /^[^<>@\n]+ <[^<>@\s]+@[^<>@\s]+>$/,
  'is not of the form Name <mail@example.org>',
  'Write a name, a space and an address in angle brackets.',
)

/** The address of a page. */
export const webAddress: z.ZodString = matching(
  /^https?:\/\/[^\s/]+(\/\S*)?$/,
  'is no web address',
  'Begin with https://.',
)

/** A path that a service answers to. */
export const urlPath: z.ZodString = matching(/^\/\S*$/, 'is no path of a URL', 'Begin with /, such as /healthz.')

/** Specifiers of versions (PEP 440): `>=3.11`, `>=3.10,<3.14`. */
export const specifiers: z.ZodString = matching(
  /^\s*(===|==|~=|!=|<=|>=|<|>)\s*[0-9][0-9a-z.*]*(\s*,\s*(===|==|~=|!=|<=|>=|<|>)\s*[0-9][0-9a-z.*]*)*\s*$/,
  'is no list of version specifiers',
  'Write it with an operator, such as ">=3.11".',
)

const FLAGS_HINT = 'Delete it: ^ and $ match at every line, and the first match counts.'

/** A regular expression with one group, which finds a version. */
export const versionPattern: z.ZodString = ruled((text) => {
  try {
    const groups = new RegExp(`${text}|`).exec('')?.length ?? 1
    if (groups > 1) return undefined
    return { message: 'has no group', hint: 'Put the version in parentheses, such as __version__ = "(.+)".' }
  } catch {
    const flags = /\(\?[a-zA-Z]+\)/.exec(text)?.[0]
    if (flags !== undefined) {
      return { message: `is no regular expression of JavaScript: ${flags}`, hint: FLAGS_HINT }
    }
    return { message: 'is no regular expression', hint: 'Escape ( ) [ ] + * ? with a backslash where they are meant.' }
  }
})

/** The pattern of release tags. */
export const tagPattern: z.ZodString = ruled((text) => {
  const hint = "Write it such as 'v{version}'."
  if (text.split('{version}').length !== 2) return { message: 'must hold {version} once', hint }
  if (/[\s~^:?*[\\]|\.\.|@\{/.test(text)) return { message: 'is no name that a git tag can have', hint }
  return undefined
})

/** A text in which only these placeholders in braces may stand. */
export function withPlaceholders(known: readonly string[]): z.ZodString {
  return ruled((text) => {
    const unknown = [...text.matchAll(/\{([A-Za-z_.]+)\}/g)].find(([, name = '']) => !known.includes(name))
    if (unknown === undefined) return undefined
    return {
      message: `${unknown[0]} is no placeholder`,
      hint: `Known here: ${known.map((name) => `{${name}}`).join(', ')}.`,
    }
  })
}
