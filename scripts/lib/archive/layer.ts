import type { BaseLayer } from '../core/base.ts'
import type { Spooled } from '../core/format.ts'
import { measured } from './digest.ts'
import type { ArchiveEntry } from './entry.ts'
import { gzip } from './gzip.ts'
import { tar } from './tar.ts'

/** One image layer (OCI image layer specification): gzip bytes kept by `spool`, with the digest of the tar inside. */
export async function packLayer(
  name: string,
  entries: readonly ArchiveEntry[],
  epoch: number,
  spool: (bytes: AsyncIterable<Uint8Array>) => Promise<Spooled>,
): Promise<BaseLayer> {
  const archive = measured(tar(entries, { dialect: 'ustar', epoch, owner: '' }), ['sha256'])
  const bytes = await spool(gzip(archive.bytes))
  return {
    name,
    digest: `sha256:${bytes.sha256}`,
    diffId: `sha256:${archive.result().hex('sha256')}`,
    size: bytes.size,
    mediaType: 'application/vnd.oci.image.layer.v1.tar+gzip',
    bytes,
  }
}
