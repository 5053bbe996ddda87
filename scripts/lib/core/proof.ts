/** One artifact as prove saw it. */
export interface ProvenArtifact {
  readonly name: string
  readonly size: number
  readonly sha256: string
  /** Static files found at their places, over all platforms of an image. */
  readonly shown: number
  readonly findings: readonly string[]
  /** Where trees lie whose place the plan left open, as in the image of an own Dockerfile. */
  readonly found?: readonly FoundTree[]
}

/** A static tree and the folder of the artifact, relative to its root, in which all of it lies. */
export interface FoundTree {
  readonly tree: 'bundle' | 'collected'
  readonly at: string
}

/** `dist/proof.json`: every promised artifact, opened by readers independent of the writers. */
export interface ProofListing {
  readonly schema: 1
  /** sha256 of dist/static.json, which all artifacts were compared with. */
  readonly static: string
  readonly artifacts: readonly ProvenArtifact[]
}
