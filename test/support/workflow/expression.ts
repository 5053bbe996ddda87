/** What expressions of a workflow may name. */
export type Contexts = Readonly<Record<string, unknown>>

const TOKEN =
  /\s*(?:(?<text>'(?:[^']|'')*')|(?<name>[A-Za-z_][\w-]*(?:\.[A-Za-z_][\w-]*)*)|(?<sign>==|!=|&&|\|\||[!()]))/y

/** Evaluates one expression of GitHub Actions, as far as our workflows use the language; anything else throws. */
export function evaluate(source: string, contexts: Contexts): unknown {
  const tokens = tokenize(source)
  let at = 0
  const take = (sign: string): boolean => tokens[at]?.sign === sign && at++ >= 0
  const either = (): unknown => {
    let value = both()
    while (take('||')) {
      const other = both()
      value = truthy(value) ? value : other
    }
    return value
  }
  const both = (): unknown => {
    let value = compared()
    while (take('&&')) {
      const other = compared()
      value = truthy(value) ? other : value
    }
    return value
  }
  const compared = (): unknown => {
    const value = unary()
    if (take('==')) return same(value, unary())
    if (take('!=')) return !same(value, unary())
    return value
  }
  const unary = (): unknown => {
    if (take('!')) return !truthy(unary())
    if (take('(')) return closed(either())
    const token = tokens[at++]
    if (token?.text !== undefined) return token.text.slice(1, -1).replaceAll("''", "'")
    if (token?.name === undefined) throw new Error(`no value where one is expected: ${source}`)
    return take('(') ? call(token.name) : look(token.name, contexts)
  }
  const closed = (value: unknown): unknown => {
    if (!take(')')) throw new Error(`no closing parenthesis: ${source}`)
    return value
  }
  const call = (name: string): unknown => {
    const argument = take(')') ? undefined : closed(either())
    const known = functions(contexts)[name]
    if (known === undefined) throw new Error(`the function ${name} is not known here`)
    return known(argument)
  }
  const result = either()
  if (at !== tokens.length) throw new Error(`more than one expression: ${source}`)
  return result
}

/** Replaces every `${{ … }}`; a text that is nothing else keeps the value's type. */
export function fill(value: unknown, contexts: Contexts): unknown {
  if (Array.isArray(value)) return value.map((item) => fill(item, contexts))
  if (typeof value === 'object' && value !== null) {
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, fill(item, contexts)]))
  }
  if (typeof value !== 'string') return value
  const whole = /^\$\{\{((?:(?!\}\}).)*)\}\}$/s.exec(value.trim())
  if (whole !== null) return evaluate(whole[1] ?? '', contexts)
  return value.replaceAll(/\$\{\{(.*?)\}\}/gs, (_, source: string) => String(evaluate(source, contexts) ?? ''))
}

/** A condition, with or without its braces. */
export function holds(condition: string, contexts: Contexts): boolean {
  return truthy(condition.includes('${{') ? fill(condition, contexts) : evaluate(condition, contexts))
}

interface Token {
  readonly text?: string
  readonly name?: string
  readonly sign?: string
}

function tokenize(source: string): readonly Token[] {
  const tokens: Token[] = []
  TOKEN.lastIndex = 0
  const text = source.trim()
  while (TOKEN.lastIndex < text.length) {
    const from = TOKEN.lastIndex
    const match = TOKEN.exec(text)
    if (match === null) throw new Error(`not understood: ${text.slice(from)}`)
    tokens.push({ ...match.groups })
  }
  return tokens
}

function functions({ job }: Contexts): Readonly<Record<string, (argument: unknown) => unknown>> {
  const { status } = job as { readonly status: string }
  return {
    fromJSON: (text) => JSON.parse(String(text)),
    failure: () => status === 'failure',
    cancelled: () => false,
    success: () => status === 'success',
  }
}

function look(name: string, contexts: Contexts): unknown {
  const constant = { true: true, false: false, null: null }[name]
  if (constant !== undefined) return constant
  const [first = '', ...rest] = name.split('.')
  if (!(first in contexts)) throw new Error(`the context ${first} is not known here`)
  return rest.reduce<unknown>((value, key) => (value as Contexts | undefined)?.[key], contexts[first])
}

const truthy = (value: unknown): boolean => value !== '' && value !== 0 && value !== false && value != null

// https://docs.github.com/actions: texts are compared without case; what is absent equals ''.
const same = (a: unknown, b: unknown): boolean => String(a ?? '').toLowerCase() === String(b ?? '').toLowerCase()
