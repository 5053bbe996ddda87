/** A control of a form that would be sent, with the value that the page gives it. */
export interface Control {
  readonly name: string
  readonly kind: string // an input's type, or textarea, select, button
  readonly value: string
}

/** A form as the page holds it. */
export interface Form {
  readonly id: string
  readonly action: string
  readonly method: string
  readonly multipart: boolean
  readonly controls: readonly Control[]
}

type Attributes = ReadonlyMap<string, string>

interface Element {
  readonly tag: string
  readonly attributes: Attributes
  /** Markup up to its end tag; empty for elements without content. */
  readonly inner: string
}

const NAMED: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'", nbsp: '\u00a0' }
const ATTRIBUTE = /([^\s"'<>/=]+)(?:\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'=<>`]+)))?/g
const UNSENT = new Set(['file', 'image', 'reset', 'button', 'submit'])

/** Character references replaced (HTML, 13.2.5.72): the numeric ones and those that templates write. */
export function decodeEntities(text: string): string {
  return text.replaceAll(
    /&(?:#x([0-9a-f]+)|#(\d+)|([a-z]+));/gi,
    (whole, hex?: string, decimal?: string, name = '') => {
      if (hex !== undefined) return String.fromCodePoint(Number.parseInt(hex, 16))
      if (decimal !== undefined) return String.fromCodePoint(Number(decimal))
      return NAMED[String(name).toLowerCase()] ?? whole
    },
  )
}

/** What a person would read of a page: no tags, scripts or styles, entities decoded, white space collapsed. */
export function visibleText(html: string): string {
  const bare = withoutScripts(html).replaceAll(/<[^>]*>/g, ' ')
  return decodeEntities(bare).replaceAll(/\s+/g, ' ').trim()
}

/** Whether a page holds a text, in what is read of it or in an attribute such as a field's value. */
export function holdsText(html: string, text: string): boolean {
  return visibleText(html).includes(text.replaceAll(/\s+/g, ' ').trim()) || decodeEntities(html).includes(text)
}

/** Targets of the links whose text is exactly `text`. */
export function linksNamed(html: string, text: string): string[] {
  return elements(withoutScripts(html), 'a')
    .filter((link) => visibleText(link.inner) === text)
    .map((link) => link.attributes.get('href') ?? '')
    .filter((href) => href !== '')
}

/** Every form of a page. */
export function parseForms(html: string): Form[] {
  return elements(withoutScripts(html), 'form').map(({ attributes, inner }) => ({
    id: attributes.get('id') ?? '',
    action: attributes.get('action') ?? '',
    method: (attributes.get('method') ?? 'get').toUpperCase(),
    multipart: attributes.get('enctype') === 'multipart/form-data',
    controls: [...inputs(inner), ...textAreas(inner), ...selects(inner), ...defaultButton(inner)],
  }))
}

function inputs(html: string): Control[] {
  return elements(html, 'input').flatMap(({ attributes }) => {
    const kind = (attributes.get('type') ?? 'text').toLowerCase()
    const ticked = !['checkbox', 'radio'].includes(kind) || attributes.has('checked')
    const value = attributes.get('value') ?? (kind === 'checkbox' ? 'on' : '')
    const sent = ticked && (kind === 'file' || !UNSENT.has(kind))
    return sent ? control(attributes, kind, value) : []
  })
}

function textAreas(html: string): Control[] {
  return elements(html, 'textarea').flatMap(({ attributes, inner }) =>
    control(attributes, 'textarea', decodeEntities(inner.replace(/^\r?\n/, ''))),
  )
}

function selects(html: string): Control[] {
  return elements(html, 'select').flatMap(({ attributes, inner }) => {
    const options = elements(inner, 'option')
    const chosen = options.find((option) => option.attributes.has('selected')) ?? options[0]
    if (chosen === undefined) return []
    return control(attributes, 'select', chosen.attributes.get('value') ?? visibleText(chosen.inner))
  })
}

/** The button that a form is sent with when somebody presses Enter (HTML, 4.10.21.2). */
function defaultButton(html: string): Control[] {
  const buttons = [...elements(html, 'button'), ...elements(html, 'input')].filter(({ tag, attributes }) => {
    return (attributes.get('type') ?? (tag === 'button' ? 'submit' : 'text')) === 'submit'
  })
  const first = buttons[0]
  return first === undefined ? [] : control(first.attributes, 'button', first.attributes.get('value') ?? '')
}

function control(attributes: Attributes, kind: string, value: string): Control[] {
  const name = attributes.get('name') ?? ''
  return name === '' || attributes.has('disabled') ? [] : [{ name, kind, value }]
}

function withoutScripts(html: string): string {
  return html.replaceAll(/<!--[\s\S]*?-->/g, '').replaceAll(/<(script|style|template)\b[\s\S]*?<\/\1\s*>/gi, '')
}

function elements(html: string, tag: string): Element[] {
  const opening = new RegExp(`<${tag}(?=[\\s/>])((?:[^"'>]|"[^"]*"|'[^']*')*)>`, 'gi')
  const closing = new RegExp(`</${tag}\\s*>`, 'i')
  return [...html.matchAll(opening)].map((match) => {
    const rest = html.slice(match.index + match[0].length)
    const end = rest.search(closing)
    return { tag, attributes: parseAttributes(match[1] ?? ''), inner: end < 0 ? '' : rest.slice(0, end) }
  })
}

function parseAttributes(text: string): Attributes {
  const found = [...text.matchAll(ATTRIBUTE)].map(([, name = '', double, single, bare]): [string, string] => [
    name.toLowerCase(),
    decodeEntities(double ?? single ?? bare ?? ''),
  ])
  return new Map(found)
}
