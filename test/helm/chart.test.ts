import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { loadAll } from 'js-yaml'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { helm } from '../../scripts/helm/index.ts'
import type { Built } from '../../scripts/lib/core/artifact.ts'
import { run } from '../../scripts/lib/io/run.ts'
import { sampleFacts } from '../support/facts.ts'
import { describeWith } from '../support/tool.ts'
import { digestsOf, elsewhere, memoryWork, shuffledWork, writtenFile } from '../support/work.ts'

const DIGEST = `sha256:${'ab'.repeat(32)}`
const docker: Built = {
  schema: 1,
  format: 'docker',
  outputs: [
    {
      kind: 'image',
      name: 'satchel-1.2.0-lean.oci.tar',
      platforms: ['linux/amd64'],
      references: ['registry.example:5000/team/satchel:1.2.0-lean'],
      carries: 'none',
      size: 1,
      sha256: 'cd'.repeat(32),
      image: { digest: DIGEST, platforms: [] },
    },
  ],
}
const built = { docker }
// A helm built from its module takes itself for Kubernetes 1.20.
const KUBE = ['--kube-version', '1.34.0']
const SET = ['--set', 'database.host=db.example', '--set', 'database.existingSecret=db']

let dir = ''
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'slipway-helm-'))
  const work = memoryWork({ built })
  await helm.build(work, {})
  await writeFile(join(dir, 'satchel-1.2.0.tgz'), writtenFile(work, 'satchel-1.2.0.tgz'))
  await run(['tar', '-xzf', 'satchel-1.2.0.tgz'], { cwd: dir })
})
afterAll(() => rm(dir, { recursive: true, force: true }))

describe('the chart', () => {
  it('has the same bytes from trees in another order, in another time zone and under another umask', async () => {
    const [here, there] = [memoryWork({ built }), shuffledWork({ built })]
    await helm.build(here, {})
    await elsewhere(() => helm.build(there, {}))
    expect(digestsOf(there)).toEqual(digestsOf(here))
  })

  it('is what the plan promises and lists these files', async () => {
    expect(helm.outputs(sampleFacts(), {}).map(({ name }) => name)).toEqual(['satchel-1.2.0.tgz'])
    const listing = await run(['tar', '-tvzf', 'satchel-1.2.0.tgz'], { cwd: dir })
    await expect(listing).toMatchFileSnapshot('../golden/helm/listing.txt')
  })

  it('keeps its generated text members', async () => {
    for (const name of ['Chart.yaml', 'values.yaml', 'values.schema.json', 'files/app.json', 'README.md']) {
      const text = await run(['cat', `satchel/${name}`], { cwd: dir })
      await expect(text).toMatchFileSnapshot(`../golden/helm/${name.replace('/', '-')}.txt`)
    }
  })

  it('refuses a first service that nobody can reach, and a name that Kubernetes does not take', () => {
    const facts = sampleFacts()
    const silent = { ...facts, runtime: { ...facts.runtime, services: [{ name: 'worker', command: ['celery'] }] } }
    const wrong = { ...silent, app: { ...facts.app, name: 'my.app' } }
    expect(helm.check(wrong, {}).map(({ message }) => message)).toEqual([
      'a chart needs a port of the first service: its Service and Ingress lead there',
      'my.app is no name that Kubernetes takes: lower-case letters, digits and -, a letter first',
    ])
    expect(helm.check(facts, {})).toEqual([])
  })

  it('says what to set when no repository is known', async () => {
    const nameless = { docker: { ...docker, outputs: docker.outputs.map((output) => ({ ...output, references: [] })) } }
    await expect(helm.build(memoryWork({ built: nameless }), {})).rejects.toMatchObject({
      code: 'CONFIG_INVALID',
      hint: 'Set docker.repositories, or helm.repository.',
    })
  })
})

describeWith(['helm'], 'real helm on the chart', () => {
  const template = (...words: string[]) => run(['helm', 'template', 'r', './satchel', ...KUBE, ...words], { cwd: dir })

  it('lints it strictly without a finding', async () => {
    expect(await run(['helm', 'lint', '--strict', './satchel', ...KUBE, ...SET], { cwd: dir })).toContain(
      '0 chart(s) failed',
    )
  })

  it('renders the same twice, image by digest, no secret value in it', async () => {
    const [first, second] = [await template(...SET), await template(...SET)]
    expect(second).toBe(first)
    expect(first).toContain(`image: registry.example:5000/team/satchel:1.2.0-lean@${DIGEST}`)
    expect(first).not.toMatch(/kind: Secret\b/)
    await expect(first).toMatchFileSnapshot('../golden/helm/rendered.yaml')
  })

  it('refuses a mistyped value', async () => {
    await expect(template(...SET, '--set', 'replcas=2')).rejects.toMatchObject({ code: 'COMMAND_FAILED' })
    await expect(template(...SET, '--set', 'env.DEBUGG=1')).rejects.toMatchObject({ code: 'COMMAND_FAILED' })
  })

  it('says what is missing without a database host', async () => {
    const failure = await template().catch((error: unknown) => error)
    expect(failure).toMatchObject({ code: 'COMMAND_FAILED' })
    expect((failure as { cause: { tail: string } }).cause.tail).toContain('database.host is empty')
  })

  it('writes a large number of a values file as it stands there', async () => {
    await writeFile(join(dir, 'values.yaml'), 'env: { ALLOWED_HOSTS: 10485760, CSRF_TRUSTED_ORIGINS: 0.5 }\n')
    const rendered = await template(...SET, '--values', 'values.yaml')
    expect(rendered).toContain('{ name: ALLOWED_HOSTS, value: "10485760" }')
    expect(rendered).toContain('{ name: CSRF_TRUSTED_ORIGINS, value: "0.5" }')
  })

  it('takes the database from a Secret as a whole where the application reads it as one URL', async () => {
    const facts = sampleFacts()
    const url = {
      name: 'DATABASE_URL',
      meaning: 'The database',
      required: true,
      secret: true,
      from: 'database.url',
    } as const
    const work = memoryWork({ built, facts: { ...facts, runtime: { ...facts.runtime, environment: [url] } } })
    await helm.build(work, {})
    await writeFile(join(dir, 'url.tgz'), writtenFile(work, 'satchel-1.2.0.tgz'))
    const words = ['helm', 'template', 'r', './url.tgz', ...KUBE] as const
    const rendered = await run([...words, '--set', 'database.existingSecret=db'], { cwd: dir })
    expect(rendered).toMatch(/- name: DATABASE_URL\n +valueFrom: \{ secretKeyRef: \{ name: db, key: url \} \}/)
    expect(rendered).not.toContain('POSTGRES')
    const failure = await run(words, { cwd: dir }).catch((error: unknown) => error)
    expect((failure as { cause: { tail: string } }).cause.tail).toContain('database.existingSecret is empty')
  })

  it('makes no keys of its own where a Secret is named', async () => {
    const rendered = await template(...SET, '--set', 'secret.existingSecret=mine')
    expect(rendered).not.toContain('kube-secret')
    expect(rendered).toContain('name: mine')
  })

  it('leaves user and groups to a platform that chooses them', async () => {
    const pods = podsOf(await template(...SET, '--set', 'podSecurityContext=null'))
    expect(pods.length).toBeGreaterThan(1)
    for (const { securityContext } of pods) {
      expect(securityContext).toEqual({ runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' } })
    }
    await expect(template(...SET, '--set', 'podSecurityContext.runAsUser=0')).rejects.toMatchObject({
      code: 'COMMAND_FAILED',
    })
  })

  it('keeps some of several replicas while nodes are drained', async () => {
    const several = [...SET, '--set', 'replicas=3']
    expect(await template(...SET)).not.toContain('PodDisruptionBudget')
    const half = await template(...several, '--set', 'podDisruptionBudget.maxUnavailable=50%')
    expect(half).toMatch(/kind: PodDisruptionBudget\n(?:.*\n)+?spec:\n {2}maxUnavailable: 50%/)
    const off = await template(...several, '--set', 'podDisruptionBudget.enabled=false')
    expect(off).not.toContain('PodDisruptionBudget')
  })

  it('asks and ends pods as its values say', async () => {
    const words = [
      'probes.startup.failureThreshold=600',
      'probes.liveness=null',
      'terminationGracePeriodSeconds=1000000',
    ]
    const rendered = await template(...SET, ...words.flatMap((value) => ['--set', value]))
    expect(rendered).toMatch(/startupProbe:\n +exec: .*--ready\] \}\n +failureThreshold: 600\n/)
    expect(rendered).toContain('terminationGracePeriodSeconds: 1000000\n')
    expect(rendered).toContain('readinessProbe:')
    expect(rendered).not.toContain('livenessProbe:')
  })

  it('runs every container with the restricted profile', async () => {
    const rendered = await template(...SET, '--set', 'ingress.enabled=true')
    const pods = podsOf(rendered)
    expect(pods.length).toBeGreaterThan(1)
    for (const pod of pods) {
      expect(pod.securityContext).toMatchObject({ runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' } })
      for (const container of [...pod.containers, ...(pod.initContainers ?? [])]) {
        expect(container.securityContext).toEqual({
          allowPrivilegeEscalation: false,
          readOnlyRootFilesystem: true,
          capabilities: { drop: ['ALL'] },
        })
      }
    }
  })
})

/** The pods that a rendered chart makes. */
function podsOf(rendered: string): readonly Pod[] {
  const manifests = loadAll(rendered) as readonly ({ spec?: { template?: { spec: Pod } } } | null)[]
  return manifests.flatMap((manifest) => manifest?.spec?.template?.spec ?? [])
}

interface Pod {
  readonly securityContext: object
  readonly containers: readonly { readonly securityContext: object }[]
  readonly initContainers?: readonly { readonly securityContext: object }[]
}
