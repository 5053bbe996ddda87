/** A stage of a Dockerfile, from its FROM to the line before the next one. */
export interface DockerStage {
  readonly name: string | undefined // in lower case, as builders compare them
  readonly lines: readonly string[]
}

/** A Dockerfile as far as it matters here; `head` is what stands above the first stage. */
export interface Dockerfile {
  readonly head: readonly string[]
  readonly stages: readonly DockerStage[]
}

/** Finds the stages (Dockerfile reference: continued lines, parser directive `escape`, here-documents). */
export function parseDockerfile(text: string): Dockerfile {
  const lines = text.split(/\r?\n/)
  const starts = instructionsOf(lines, escapeOf(text)).flatMap(({ first, words }) => {
    const from = /^FROM\s+(?:--\S+\s+)*\S+(?:\s+AS\s+(\S+))?/i.exec(words)
    return from === null ? [] : [{ first, name: from[1]?.toLowerCase() }]
  })
  const stages = starts.map(({ first, name }, index) => ({ name, lines: lines.slice(first, starts[index + 1]?.first) }))
  return { head: lines.slice(0, starts[0]?.first ?? lines.length), stages }
}

/** A folder or file of the context at a place of a stage. */
export interface Placed {
  readonly from: string
  readonly to: string
}

/** The Dockerfile whose named stages are not built: they hold what the context has. */
export function fillStages({ head, stages }: Dockerfile, filled: ReadonlyMap<string, readonly Placed[]>): string {
  const lines = stages.flatMap((stage) => {
    const placed = filled.get(stage.name ?? '')
    if (placed === undefined) return stage.lines
    return [`FROM scratch AS ${stage.name}`, ...placed.map(({ from, to }) => `COPY ${JSON.stringify([from, to])}`), '']
  })
  return [...head, ...lines].join('\n')
}

interface Instruction {
  readonly first: number // its line, from 0
  readonly words: string
}

/** Where a reader of instructions stands after a line; `documents` are the words that end open here-documents. */
interface Reading {
  readonly open?: Instruction
  readonly documents: readonly string[]
  readonly ended?: Instruction
}

function instructionsOf(lines: readonly string[], mark: string): readonly Instruction[] {
  let reading: Reading = { documents: [] }
  return lines.flatMap((line, index) => {
    reading = reading.documents.length > 0 ? readDocument(reading, line) : readInstruction(reading, line, index, mark)
    return reading.ended ?? []
  })
}

function readDocument({ documents }: Reading, line: string): Reading {
  return { documents: line.replace(/^\t+/, '') === documents[0] ? documents.slice(1) : documents }
}

function readInstruction({ open }: Reading, line: string, index: number, mark: string): Reading {
  const still = open === undefined ? {} : { open }
  if (/^\s*(?:#|$)/.test(line)) return { ...still, documents: [] } // also between the lines of one instruction
  const goesOn = line.trimEnd().endsWith(mark)
  const words = `${open?.words ?? ''} ${goesOn ? line.trimEnd().slice(0, -1) : line}`.trim()
  const here = { first: open?.first ?? index, words }
  return goesOn ? { open: here, documents: [] } : { ended: here, documents: documentsOf(words) }
}

/** The words that end the here-documents which an instruction begins. */
function documentsOf(words: string): readonly string[] {
  if (!/^(?:RUN|COPY|ADD)\s/i.test(words)) return []
  return [...words.matchAll(/(?:^|\s)\d*<<-?(["']?)(\w+)\1(?=[\s;&|)>]|$)/g)].map(([, , end = '']) => end)
}

function escapeOf(text: string): string {
  return /^(?:#.*\n)*?#\s*escape\s*=\s*(\S)/i.exec(text)?.[1] ?? '\\'
}
