import type { BuiltOutput } from '../lib/core/artifact.ts'
import { splitReference } from '../lib/io/registry.ts'

/** The file that names what is attested, below dist/. */
export const SUBJECTS = 'subjects.sha256'

interface Attested {
  readonly assets: readonly { readonly name: string; readonly sha256: string }[]
  readonly outputs: readonly BuiltOutput[]
}

/**
 * What is attested: each file under the name that people download, each image under its repository by the digest that they pull;
 * in the lines of sha256sum(1), as `subject-checksums` of actions/attest reads them.
 */
export function renderSubjects({ assets, outputs }: Attested): string {
  const images = outputs.flatMap((output) => {
    if (output.kind !== 'image') return []
    const sha256 = output.image.digest.replace('sha256:', '')
    const repositories = new Set(output.references.map((reference) => splitReference(reference).repository))
    return [...repositories].map((name) => ({ name, sha256 }))
  })
  return [...assets, ...images].map(({ name, sha256 }) => `${sha256}  ${name}\n`).join('')
}
