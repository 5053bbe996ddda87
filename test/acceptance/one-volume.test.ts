import { execFileSync } from 'node:child_process'
import { chownSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { type Container, container, filledVolume, POSTGRESQL, USER } from '../launcher/container.ts'
import { outcome, PYTHON } from '../launcher/installation.ts'
import { describeWith } from '../support/tool.ts'

const ALL = ['run', '--all', '--migrate']
const COUNT = ['manage', 'ask', 'SELECT count(*) FROM papers']

function below(place: Container, path: string): string {
  return join(place.layout.state, 'postgresql', path)
}

/** A folder as another major of PostgreSQL would leave it. */
function older(place: Container, major: string): void {
  for (const path of [below(place, ''), below(place, major)]) {
    mkdirSync(path, { mode: 0o700 })
    chownSync(path, Number(USER.uid), Number(USER.gid))
  }
  writeFileSync(below(place, `${major}/PG_VERSION`), `${major}\n`)
}

describeWith(['psql', 'root', 'unshare', 'setpriv'], 'one volume', () => {
  it('recovers after a container that was killed, whatever its pid file says', async () => {
    const place = await container({}, { state: await filledVolume() })
    const killed = place.startApart(ALL)
    await killed.says('Tray is ready')
    await killed.end('SIGKILL')
    const pid = below(place, `${POSTGRESQL.major}/postmaster.pid`)
    writeFileSync(pid, readFileSync(pid, 'utf8').replace(/^\d+/, '1')) // another process of a new container
    const next = place.startApart(ALL)
    await next.says('Tray is ready')
    expect(next.log()).toContain('database system was not properly shut down; automatic recovery in progress')
    expect((await place.get('/'))?.body).toBe('papers: 1')
  })

  it('serves one container at a time, and the lock names it', async () => {
    const place = await container({}, { state: await filledVolume() })
    const first = place.startApart(ALL)
    await first.says('Tray is ready')
    const second = await place.once(COUNT)
    expect(second.status).toBe(75)
    expect(second.stderr).toMatch(
      /^the database in \S+ is in use by another container \(host name \S+\): stop that one first, or run the command in it: docker exec \S+ tray …\n$/,
    )
    await first.end('SIGKILL')
    expect((await place.once(COUNT)).stdout).toBe('1\n')
  })

  it('with the data of another major is refused with the next commands, and a restore goes beside it', async () => {
    const place = await container({}, { state: await filledVolume() })
    const file = join(place.layout.state, 'tray.backup')
    expect(await place.once(['backup', file])).toMatchObject({ status: 0 })

    const fresh = await container()
    older(fresh, '14')
    for (const words of [ALL, COUNT, ['backup', '-']]) {
      const { status, stderr } = await fresh.once(words)
      expect(status).toBe(78)
      expect(stderr).toContain('made by PostgreSQL 14, which this image does not have: it brings PostgreSQL 15.')
      expect(stderr).toContain(`\n  docker run --rm -v VOLUME:${fresh.layout.state} OLD_IMAGE backup - > tray.backup\n`)
      expect(stderr).toContain(
        `\n  docker run --rm -i -v VOLUME:${fresh.layout.state} NEW_IMAGE restore - < tray.backup\n`,
      )
    }
    expect(readdirSync(below(fresh, '')).sort()).toEqual(['14', 'lock'])

    writeFileSync(join(fresh.layout.state, 'broken.backup'), 'no backup')
    expect((await fresh.once(['restore', join(fresh.layout.state, 'broken.backup')])).status).not.toBe(0)
    expect((await fresh.once(COUNT)).status).toBe(78)

    expect(await fresh.once(['restore', file])).toMatchObject({ status: 0 })
    expect((await fresh.once(COUNT)).stdout).toBe('1\n')
    expect(readdirSync(below(fresh, '')).sort()).toEqual(['14', '15', 'lock'])
    expect(readdirSync(below(fresh, '14'))).toEqual(['PG_VERSION'])
  })

  it('is told from one of another user', async () => {
    const place = await container({}, { state: await filledVolume() })
    execFileSync('chown', ['-R', '12345', below(place, POSTGRESQL.major)])
    const { status, stderr } = await place.once(COUNT)
    expect(status).toBe(78)
    expect(stderr).toContain('belongs to uid 12345 and this is uid 65534: start the container with --user 12345:0\n')
  })

  it('that cannot be written, or that is full, is one sentence', async () => {
    const place = await container()
    execFileSync('chown', ['root', place.layout.state])
    execFileSync('chmod', ['755', place.layout.state])
    const closed = await place.once(COUNT)
    expect(closed).toMatchObject({ status: 78, stdout: '' })
    expect(closed.stderr).toMatch(
      /^cannot write \S+: permission denied; mount a volume at \S+ that uid 65534 may write\n$/,
    )

    const program = [PYTHON, '-IS', join(place.root, 'launcher/launcher.py'), ...COUNT]
    const words = ['setpriv', '--reuid', '65534', '--clear-groups', ...program]
    const script = 'mount -t tmpfs -o size=40m,mode=0777 none "$0" && "$@" 2>&1 || echo "status $?"'
    const full = execFileSync('unshare', ['--mount', 'sh', '-c', script, place.layout.state, ...words], {
      encoding: 'utf8',
    })
    expect(full).toMatch(/\na new database needs 128 MB, and \S+ has \d+ MB free: make room on that disk\nstatus 1\n$/)
  })

  it('root is refused', async () => {
    const place = await container({}, { state: await filledVolume() })
    const program = ['-IS', join(place.root, 'launcher/launcher.py'), ...COUNT]
    const said = await outcome(PYTHON, program, {})
    expect(said.status).toBe(78)
    expect(said.stderr).toContain('PostgreSQL does not run as root')
  })
})
