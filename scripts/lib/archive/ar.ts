import { ReleaseError } from '../core/error.ts'

/** One member of an ar archive; `open` gives exactly `size` bytes. */
export interface ArMember {
  readonly name: string
  readonly size: number
  open(): AsyncIterable<Uint8Array>
}

/** An ar archive as deb(5) wants it: names without a slash, 0:0, mode 100644, one time for all. */
export async function* ar(members: readonly ArMember[], epoch: number): AsyncIterable<Uint8Array> {
  yield Buffer.from('!<arch>\n') // global magic
  for (const member of members) {
    yield Buffer.from(arHeader(member, epoch))
    let size = 0
    for await (const chunk of member.open()) {
      size += chunk.length
      yield chunk
    }
    if (size !== member.size) {
      const hint = 'Leave dist/ alone while it is read, and run the same command again.'
      throw new ReleaseError('TREE_CHANGED', `${member.name} gave ${size} bytes, ${member.size} were announced`, {
        hint,
      })
    }
    if (size % 2 === 1) yield Buffer.from('\n') // members begin at even offsets
  }
}

function arHeader(member: ArMember, epoch: number): string {
  const fields: readonly (readonly [field: string, value: string, width: number])[] = [
    ['name', member.name, 16],
    ['time', String(epoch), 12],
    ['uid', '0', 6],
    ['gid', '0', 6],
    ['mode', '100644', 8],
    ['size', String(member.size), 10],
  ]
  for (const [field, value, width] of fields) {
    if (value.length <= width && /^[\w.+-]+$/.test(value)) continue
    throw new ReleaseError('LIMIT_EXCEEDED', `an ar archive has no room for ${field} ${JSON.stringify(value)}`, {
      hint: 'Leave large files out of the package.',
    })
  }
  return `${fields.map(([, value, width]) => value.padEnd(width)).join('')}\`\n` // fmag
}
