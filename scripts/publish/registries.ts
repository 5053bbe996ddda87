import { ReleaseError } from '../lib/core/error.ts'
import { RequestFailure } from '../lib/io/attempts.ts'
import { openRepository, type Repository, splitReference } from '../lib/io/registry.ts'
import { movingReferences, type Standing } from './moving-tags.ts'
import type { Publishing } from './publishing.ts'
import type { RegistryContent } from './registry-content.ts'

/** How much is pulled again: everything, or only what says that a stranger may. */
export type Depth = 'everything' | 'manifests'

/** Keeps everything in its registries under digests alone, so that nobody finds it yet, and pulls it again as anybody would. */
export async function pushByDigest(run: Publishing, contents: readonly RegistryContent[], depth: Depth): Promise<void> {
  for (const content of contents) {
    for (const reference of content.references) {
      await explained(reference, () => pushOne(run, content, reference, depth))
    }
  }
}

async function pushOne(run: Publishing, content: RegistryContent, reference: string, depth: Depth): Promise<void> {
  const name = splitReference(reference).repository
  const repository = await openRepository(name, run.patience, 'login')
  await assertTagFree(repository, content, reference)
  await run.report.task(`push ${content.name} to ${name}`, (task) =>
    push(repository, content, (text) => task.update(text)),
  )
  const stranger = await openRepository(name, run.patience, 'anonymous')
  const open = await run.report.task(`pull ${content.name} again, anonymously`, () => pull(stranger, content, depth))
  if (!open) tellPrivate(run, name)
}

async function push(repository: Repository, content: RegistryContent, tell: (text: string) => void): Promise<void> {
  if ((await repository.digestOf(content.digest)) === content.digest) return
  for (const [index, blob] of content.blobs.entries()) {
    tell(`${index} of ${content.blobs.length} blobs`)
    await repository.pushBlob(blob)
  }
  for (const manifest of content.manifests) await repository.pushManifest(manifest)
}

// An exact tag is public once it is set: whoever pulled it keeps other bytes.
async function assertTagFree(
  repository: Repository,
  { digest, name }: RegistryContent,
  reference: string,
): Promise<void> {
  const known = await repository.digestOf(splitReference(reference).tag)
  if (known === undefined || known === digest) return
  throw new ReleaseError('PUBLISH_REFUSED', `${reference} is public with other bytes than ${name}`, {
    hint: 'A public tag is never replaced: publish a new version.',
  })
}

/** Whether a stranger may pull it; bytes that are not the digest's are a failure. */
async function pull(stranger: Repository, { manifests, blobs }: RegistryContent, depth: Depth): Promise<boolean> {
  const refused = (failure: unknown): undefined => {
    if (failure instanceof RequestFailure && (failure.status === 401 || failure.status === 403)) return undefined
    throw failure
  }
  for (const { digest } of manifests) {
    if ((await stranger.manifest(digest).catch(refused)) === undefined) return false
  }
  if (depth === 'everything') for (const { digest } of blobs) await stranger.pullBlob(digest)
  return true
}

// The first push to ghcr.io makes a private package, and no interface changes that; elsewhere it may be meant.
function tellPrivate(run: Publishing, name: string): void {
  const [host, owner, ...path] = name.split('/')
  if (host !== 'ghcr.io') {
    run.report.notice(`${name} cannot be pulled without a login`)
    return
  }
  const page = `https://github.com/orgs/${owner}/packages/container/${encodeURIComponent(path.join('/'))}/settings`
  throw new ReleaseError('PUBLISH_REFUSED', `${name} is private, so nobody could pull the release`, {
    hint: `Make the package public on ${page} (a person's own: github.com/users/${owner}/packages/…).`,
  })
}

/** Sets the exact tags, then moves those that follow; gives the references that this run set. */
export async function setTags(
  run: Publishing,
  contents: readonly RegistryContent[],
  version: string,
  standing: Standing,
): Promise<readonly string[]> {
  const wanted = contents.flatMap((content) =>
    content.references.flatMap((exact) => {
      const moving = content.moves ? movingReferences(exact, version, standing.moving) : []
      return [exact, ...moving].map((reference) => ({ content, reference, exact: reference === exact }))
    }),
  )
  const set: string[] = []
  for (const { content, reference, exact } of wanted) {
    if (await explained(reference, () => setTag(run, content, reference, exact))) set.push(reference)
  }
  return set
}

async function setTag(run: Publishing, content: RegistryContent, reference: string, exact: boolean): Promise<boolean> {
  const { repository: name, tag } = splitReference(reference)
  const repository = await openRepository(name, run.patience, 'login')
  if (exact) await assertTagFree(repository, content, reference)
  if ((await repository.digestOf(tag)) === content.digest) return false
  const manifest = content.manifests.at(-1)
  if (manifest === undefined) return false
  await repository.pushManifest(manifest, tag)
  run.report.line(`${reference} is ${content.digest}`)
  run.progress.outward.push(reference)
  return true
}

async function explained<T>(reference: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (failure) {
    if (!(failure instanceof RequestFailure)) throw failure
    const [host] = reference.split('/')
    const denied = failure.status === 401 || failure.status === 403
    throw new ReleaseError('PUBLISH_FAILED', `${failure.message} failed`, {
      hint: denied
        ? `Log in first: \`docker login ${host}\`; a workflow on GitHub needs \`packages: write\`.`
        : `The registry ${host} has a fault of its own, or cannot be reached.`,
      cause: failure,
    })
  }
}
