import { gather, streamOf } from '../../scripts/lib/archive/bytes.ts'
import { pipe } from '../../scripts/lib/io/run.ts'
import { listArchive, type Row } from '../support/archives.ts'

/** What is inside a .deb, read without this project's writers. */
export interface Unpacked {
  readonly members: readonly string[] // of the ar archive: header lines as they stand
  readonly control: readonly Row[]
  readonly data: readonly Row[]
  readonly controlTar: Uint8Array
  readonly dataTar: Uint8Array
}

/** Opens a .deb: ar headers by their widths (deb(5)), tars through xz and Python's tarfile. */
export async function unpackDeb(bytes: Uint8Array): Promise<Unpacked> {
  const file = Buffer.from(bytes)
  const members = new Map<string, { header: string; content: Uint8Array }>()
  for (let at = 8; at < file.length; ) {
    const header = file.toString('latin1', at, at + 60)
    const size = Number(header.slice(48, 58))
    members.set(header.slice(0, 16).trim(), { header, content: file.subarray(at + 60, at + 60 + size) })
    at += 60 + size + (size % 2)
  }
  const tarOf = (name: string): Promise<Uint8Array> =>
    gather(pipe(['xz', '-dc'], streamOf(members.get(name)?.content ?? new Uint8Array())))
  const [controlTar, dataTar] = [await tarOf('control.tar.xz'), await tarOf('data.tar.xz')]
  return {
    members: [...members.values()].map(({ header }) => header),
    control: await listArchive('tar', controlTar),
    data: await listArchive('tar', dataTar),
    controlTar,
    dataTar,
  }
}

/** One member of a tar as text. */
export async function textOf(tar: Uint8Array, path: string): Promise<string> {
  return Buffer.from(await gather(pipe(['tar', '-xOf', '-', path], streamOf(tar)))).toString()
}

/** A listing as a golden file holds it: mode, owner, time, size, path and target. */
export function renderRows(rows: readonly Row[]): string {
  const line = ({ mode, owner, uid, gid, time, size, path, target, kind }: Row): string =>
    `${mode.toString(8).padStart(4, '0')} ${owner} ${uid}:${gid} ${time} ${String(size).padStart(6)} ${path}${kind === 'directory' ? '/' : ''}${target ? ` -> ${target}` : ''}`
  return `${rows.map(line).join('\n')}\n`
}
