import type { HostedAsset, HostedRelease } from '../lib/core/hosted.ts'
import type { Publishing } from './publishing.ts'
import { type AssetStep, lifecycleOf, type OurAsset, reconcileAsset } from './reconcile.ts'

/** Everything GitHub has for the tag: releases and drafts with all their files, each with a digest where ours could be equal. */
export async function observe(run: Publishing, known?: HostedRelease): Promise<readonly HostedRelease[]> {
  const listed = (await run.github.releases()).filter(({ tag }) => tag === run.ours.tag)
  const lagging = known !== undefined && !listed.some(({ id }) => id === known.id)
  const found = lagging ? [...listed, await run.github.release(known.id)] : listed // a listing may lag behind a create
  return Promise.all(found.map((release) => withAssets(run, release)))
}

async function withAssets(run: Publishing, release: HostedRelease): Promise<HostedRelease> {
  const listed = await run.github.assets(release.id)
  const assets: HostedAsset[] = []
  for (const asset of listed) {
    const our = run.ours.assets.find(({ name }) => name === asset.name)
    assets.push(our === undefined ? asset : await withDigest(run, our, asset, release))
  }
  return { ...release, assets }
}

/** The asset with a digest: where GitHub has none and nothing else tells, by downloading it. */
export async function withDigest(
  run: Publishing,
  our: OurAsset,
  asset: HostedAsset,
  release: HostedRelease,
): Promise<HostedAsset> {
  const { step } = reconcileAsset(our, [asset], lifecycleOf(release))
  return step === 'compare' ? { ...asset, digest: `sha256:${await run.github.hash(asset.id)}` } : asset
}

/** The step of one file by a fresh listing. */
export async function look(run: Publishing, our: OurAsset, release: HostedRelease): Promise<AssetStep> {
  const listed = (await run.github.assets(release.id)).filter(({ name }) => name === our.name)
  const assets = await Promise.all(listed.map((asset) => withDigest(run, our, asset, release)))
  return reconcileAsset(our, assets, lifecycleOf(release))
}
