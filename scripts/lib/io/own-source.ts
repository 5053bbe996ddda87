import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { openCheckout } from './git.ts'

const ROOT = new URL('../../../', import.meta.url)

/** The Slipway that runs; without a commit where it lies in no git checkout of its own, as an action does. */
export interface OwnSource {
  readonly version: string
  readonly commit?: string
}

/** Version and commit of the Slipway that runs. */
export async function ownSource(): Promise<OwnSource> {
  const { version } = JSON.parse(await readFile(new URL('package.json', ROOT), 'utf8')) as { readonly version: string }
  const checkout = await openCheckout(fileURLToPath(ROOT))
  return { version, ...(checkout?.project === '' ? { commit: checkout.commit } : {}) }
}
