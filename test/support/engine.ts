import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { startBackground, waitUntil } from '../../scripts/lib/io/background.ts'
import { run } from '../../scripts/lib/io/run.ts'
import { takeTurn } from './turn.ts'

/** A Docker engine of its own: nothing of it is left after `stop`. */
export interface Engine {
  /** What makes `docker` and its relatives talk to it, and to nothing else. */
  readonly env: Readonly<Record<string, string>>
  /** This machine's address as containers see it. */
  readonly gateway: string
  stop(): Promise<void>
}

const UP_SECONDS = 60

/**
 * Starts dockerd (needs root) in process and mount namespaces of its own, so that its end is the end of every container.
 * Its bridge and its rules are those of the network namespace: another engine of it waits for its turn.
 */
export async function startEngine(): Promise<Engine> {
  const endTurn = await takeTurn('engine')
  const dir = await mkdtemp(join(tmpdir(), 'slipway-engine-'))
  const socket = `unix://${join(dir, 'docker.sock')}`
  const env = { DOCKER_HOST: socket, DOCKER_CONFIG: join(dir, 'config') }
  const namespaces = ['unshare', '--pid', '--mount', '--fork', '--kill-child', '--mount-proc'] as const
  const places = [`--data-root=${dir}/root`, `--exec-root=${dir}/exec`, `--pidfile=${dir}/docker.pid`] as const
  const group = basename(dir)
  const quiet = ['--log-level=warn', '--oom-score-adjust=0'] as const // a lower score needs CAP_SYS_RESOURCE
  const daemon = startBackground(
    [...namespaces, 'dockerd', ...places, `--host=${socket}`, `--cgroup-parent=/${group}`, ...quiet],
    {
      env: { PATH: `${process.env['PATH']}:/usr/sbin:/sbin` },
    },
  )
  const stop = async (): Promise<void> => {
    await askToEnd(daemon.pid)
    await daemon.stop()
    await rm(dir, { recursive: true, force: true })
    await removeControlGroups(group)
    await endTurn()
  }
  const answers = async (): Promise<boolean> => {
    daemon.assertRunning()
    return run(['docker', 'version'], { env }).then(
      () => true,
      () => false,
    )
  }
  try {
    if (!(await waitUntil(answers, UP_SECONDS))) throw new Error(`dockerd did not start:\n${daemon.tail()}`)
    return { env, gateway: await bridgeAddress(), stop }
  } catch (error) {
    await stop()
    throw error
  }
}

/** Asked of the bridge itself: an engine that has just made it does not name its address yet. */
async function bridgeAddress(): Promise<string> {
  const [{ addr_info: addresses }] = JSON.parse(await run(['ip', '-4', '-json', 'address', 'show', 'docker0']))
  return addresses[0].local
}

/** unshare passes no signal on: dockerd, its only child, is told itself and ends its containers first. */
async function askToEnd(unshare: number): Promise<void> {
  const children = await readFile(`/proc/${unshare}/task/${unshare}/children`, 'utf8').catch(() => '')
  const child = Number(children.trim())
  if (!(child > 0)) return
  process.kill(child, 'SIGTERM')
  await waitUntil(async () => {
    const stat = await readFile(`/proc/${child}/stat`, 'utf8').catch(() => '')
    return stat === '' || stat.includes(') Z ')
  }, 20)
}

/** Empty folders that containers leave in each hierarchy (control groups have files of their own, so rm cannot). */
async function removeControlGroups(group: string): Promise<void> {
  const folders = ['-depth', '-type', 'd', '-path', `*/${group}*`] as const
  await run(['find', '/sys/fs/cgroup', ...folders, '-exec', 'rmdir', '{}', '+']).catch(() => undefined)
}
