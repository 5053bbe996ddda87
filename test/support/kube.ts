import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtemp, open, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { run } from '../../scripts/lib/io/run.ts'

/** A real Kubernetes API server without nodes. */
export interface Cluster {
  readonly server: string // https://127.0.0.1:PORT
  readonly kubeconfig: string // path
  readonly token: string // path of the administrator's token
  stop(): Promise<void>
}

const TOKEN = 'administrator-of-this-test'

async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  await new Promise((resolve) => server.close(resolve))
  if (address === null || typeof address === 'string') throw new Error('no port')
  return address.port
}

/** Starts etcd and kube-apiserver on loopback and waits until the server is ready. */
export async function startCluster(): Promise<Cluster> {
  const dir = await mkdtemp(join(tmpdir(), 'slipway-kube-'))
  const [client, peer, secure] = [await freePort(), await freePort(), await freePort()]
  await run(['openssl', 'genrsa', '-out', join(dir, 'account.key'), '2048'])
  await writeFile(join(dir, 'tokens.csv'), `${TOKEN},admin,admin,system:masters\n`, { mode: 0o600 })
  await writeFile(join(dir, 'token'), TOKEN)
  const children = [
    await start(dir, 'etcd', [
      `--data-dir=${dir}/etcd`,
      `--listen-client-urls=http://127.0.0.1:${client}`,
      `--advertise-client-urls=http://127.0.0.1:${client}`,
      `--listen-peer-urls=http://127.0.0.1:${peer}`,
      `--initial-advertise-peer-urls=http://127.0.0.1:${peer}`,
      `--initial-cluster=default=http://127.0.0.1:${peer}`,
      '--unsafe-no-fsync',
    ]),
    await start(dir, 'kube-apiserver', [
      `--etcd-servers=http://127.0.0.1:${client}`,
      `--secure-port=${secure}`,
      '--bind-address=127.0.0.1',
      `--cert-dir=${dir}/certs`,
      '--service-account-issuer=https://test.invalid',
      `--service-account-signing-key-file=${dir}/account.key`,
      `--service-account-key-file=${dir}/account.key`,
      `--token-auth-file=${dir}/tokens.csv`,
      '--authorization-mode=RBAC',
      '--service-cluster-ip-range=10.96.0.0/24',
      '--disable-admission-plugins=ServiceAccount', // no controller makes the default account
    ]),
  ]
  const server = `https://127.0.0.1:${secure}`
  const kubeconfig = join(dir, 'kubeconfig')
  await writeFile(kubeconfig, renderKubeconfig(server), { mode: 0o600 })
  const stop = async (): Promise<void> => {
    for (const child of children.toReversed()) await ended(child)
    await rm(dir, { recursive: true, force: true })
  }
  try {
    await ready(server)
  } catch (error) {
    await stop()
    throw error
  }
  return { server, kubeconfig, token: join(dir, 'token'), stop }
}

async function start(dir: string, program: string, args: readonly string[]): Promise<ChildProcess> {
  const log = await open(join(dir, `${program}.log`), 'w')
  const child = spawn(program, args, { stdio: ['ignore', log.fd, log.fd] })
  await log.close()
  return child
}

async function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const gone = new Promise((resolve) => child.once('exit', resolve))
  child.kill('SIGTERM')
  const timer = setTimeout(() => child.kill('SIGKILL'), 10_000)
  await gone
  clearTimeout(timer)
}

async function ready(server: string): Promise<void> {
  for (let attempt = 0; attempt < 200; attempt++) {
    const answer = await run([
      'curl',
      '-sk',
      '--noproxy',
      '*',
      '-H',
      `Authorization: Bearer ${TOKEN}`,
      `${server}/readyz`,
    ]).catch(() => '')
    if (answer === 'ok') return
    await sleep(300)
  }
  throw new Error(`${server} was not ready after 60 s`)
}

function renderKubeconfig(server: string): string {
  return JSON.stringify({
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name: 'c', cluster: { server, 'insecure-skip-tls-verify': true } }],
    users: [{ name: 'u', user: { token: TOKEN } }],
    contexts: [{ name: 'x', context: { cluster: 'c', user: 'u' } }],
    'current-context': 'x',
  })
}
