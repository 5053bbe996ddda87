import {
  type AliasEvent,
  constructFromEvents,
  EVENT_ID,
  type Event,
  getScalarValue,
  parseEvents,
  type ScalarEvent,
  YAMLException,
} from 'js-yaml'
import type { Finding, Position } from '../error.ts'

type Path = Finding['path']

/** A parsed YAML file that still knows where each value stands. */
export interface YamlFile {
  readonly value: unknown
  /** Syntax errors and keys that stand twice. */
  readonly findings: readonly Finding[]
  /** Position of the key (or list item) at a path; of its nearest ancestor where the path is not there. */
  locate(path: Path): Position
  /** A plain value as typed (`3.10`, where YAML reads 3.1); undefined where it is quoted or no plain value. */
  typed(path: Path): string | undefined
}

interface Places {
  readonly starts: Map<string, number> // offset of the key, or of the list item
  readonly scalars: Map<string, string>
  readonly findings: Finding[]
}

/** Reads one YAML document with positions; never throws for what a person typed. */
export function readYaml(text: string, file: string): YamlFile {
  const places: Places = { starts: new Map([['[]', 0]]), scalars: new Map(), findings: [] }
  const at = (path: Path): Position => ({ file, ...lineAndColumn(text, startOf(places, path)) })
  const typed = (path: Path): string | undefined => places.scalars.get(JSON.stringify(path))
  try {
    const events = parseEvents(text, {})
    new EventWalk(text, events, places).document()
    const [value] = constructFromEvents(events, { source: text, json: true })
    return { value, findings: places.findings, locate: at, typed }
  } catch (error) {
    if (!(error instanceof YAMLException)) throw error
    places.starts.set('[]', error.mark?.position ?? 0)
    return { value: undefined, findings: [syntaxFinding(error.reason)], locate: at, typed }
  }
}

function syntaxFinding(reason: string): Finding {
  const tab = reason.includes('tab character')
  return {
    path: [],
    message: tab ? 'a tab stands where YAML wants spaces' : `this is not YAML: ${reason}`,
    hint: tab ? 'Indent with spaces.' : 'Mend the line; quotes around the value often help.',
  }
}

function startOf(places: Places, path: Path): number {
  for (let length = path.length; length > 0; length--) {
    const start = places.starts.get(JSON.stringify(path.slice(0, length)))
    if (start !== undefined) return start
  }
  return places.starts.get('[]') ?? 0
}

function lineAndColumn(text: string, offset: number): { line: number; column: number } {
  const before = text.slice(0, offset).split('\n')
  return { line: before.length, column: (before.at(-1)?.length ?? 0) + 1 }
}

/** Follows the flat event stream of js-yaml and notes where each path begins. */
class EventWalk {
  readonly #text: string
  readonly #events: readonly Event[]
  readonly #places: Places
  #next = 0

  constructor(text: string, events: readonly Event[], places: Places) {
    this.#text = text
    this.#events = events
    this.#places = places
  }

  document(): void {
    if (this.#take()?.type === EVENT_ID.DOCUMENT) this.#node([])
  }

  #take(): Event | undefined {
    return this.#events[this.#next++]
  }

  #peek(): Event | undefined {
    return this.#events[this.#next]
  }

  #node(path: Path): void {
    const event = this.#take()
    if (event?.type === EVENT_ID.SCALAR) this.#scalar(path, event)
    if (event?.type === EVENT_ID.MAPPING) this.#mapping(path)
    if (event?.type === EVENT_ID.SEQUENCE) this.#sequence(path)
  }

  #scalar(path: Path, event: ScalarEvent): void {
    const plain = event.style === 1 && event.valueStart >= 0
    if (plain) this.#places.scalars.set(JSON.stringify(path), this.#text.slice(event.valueStart, event.valueEnd))
  }

  #sequence(path: Path): void {
    for (let index = 0; !this.#atEnd(); index++) {
      const item = [...path, index]
      this.#places.starts.set(JSON.stringify(item), startOfEvent(this.#peek()))
      this.#node(item)
    }
    this.#take()
  }

  #mapping(path: Path): void {
    while (!this.#atEnd()) {
      const key = this.#take()
      const name = key?.type === EVENT_ID.SCALAR ? getScalarValue(this.#text, key) : '?'
      const entry = [...path, name]
      const first = this.#places.starts.get(JSON.stringify(entry))
      if (first !== undefined) this.#places.findings.push(duplicate(entry, lineAndColumn(this.#text, first).line))
      this.#places.starts.set(JSON.stringify(entry), startOfEvent(key))
      this.#node(entry)
    }
    this.#take()
  }

  #atEnd(): boolean {
    const event = this.#peek()
    return event === undefined || event.type === EVENT_ID.POP
  }
}

function duplicate(path: Path, first: number): Finding {
  return { path, message: `stands in line ${first} already`, hint: 'Keep one of the two.' }
}

function startOfEvent(event: Event | undefined): number {
  if (event === undefined || event.type === EVENT_ID.POP || event.type === EVENT_ID.DOCUMENT) return 0
  const { anchorStart } = event as AliasEvent
  if (anchorStart >= 0) return anchorStart - 1 // the & or * itself
  if (event.type === EVENT_ID.SCALAR) return event.style === 1 ? event.valueStart : event.valueStart - 1
  return event.type === EVENT_ID.ALIAS ? 0 : event.start
}
