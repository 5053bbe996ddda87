import { compareDebianVersions } from '../lib/core/debian-version.ts'
import type { Finding } from '../lib/core/error.ts'
import type { Facts } from '../lib/core/facts.ts'
import type { DebConfig } from './config.ts'
import { appDepends, appRecommends } from './relations.ts'

// useradd(8) and deb-control(5): the package, the system user and the PostgreSQL role share this name.
const NAME = /^[a-z][a-z0-9-]{1,30}$/

// Users and groups of base-passwd (Debian Policy 9.2) and of the services beside which an application runs.
const RESERVED: ReadonlySet<string> = new Set(
  (
    '_apt adm audio backup bin cdrom crontab daemon dialout dip disk dnsmasq fax floppy games gnats input irc kmem kvm list ' +
    'lp mail man messagebus mysql netdev news nogroup nobody ntp operator plugdev polkitd postfix postgres proxy redis ' +
    'render root sasl sgx shadow src sshd staff sudo sync sys tape tcpdump tss tty users utmp uucp uuidd video voice www-data'
  ).split(' '),
)

// What Debian calls packages of its own (Debian Policy 8, Python Policy 4.3, and the names of its kernels and compilers).
const DEBIAN =
  /^(lib|python\d|python-|linux-|systemd|gcc-|golang-|node-|ruby-|fonts-|task-|postgresql)|-(dev|doc|dbg|dbgsym|common)$/

/** What the schema of the section cannot say. */
export function checkDeb(facts: Facts, config: DebConfig): readonly Finding[] {
  const none: readonly Finding[] =
    facts.runtime.services.length > 0
      ? []
      : [{ path: [], message: 'there is no service to start', hint: 'Describe one in runtime.services.' }]
  return [
    ...checkName(facts, config),
    ...none,
    ...checkState(facts),
    ...checkPythons(config),
    ...checkRelations(config),
  ]
}

function checkName(facts: Facts, config: DebConfig): readonly Finding[] {
  const { name } = facts.app
  const hint = 'Choose another app.name; app.title may stay.'
  if (!NAME.test(name)) {
    return [
      {
        path: [],
        message: `${name} cannot be the name of a Debian package and of its system user`,
        hint: 'Use 2 to 31 lower-case letters, digits and hyphens in app.name, a letter first.',
      },
    ]
  }
  if (RESERVED.has(name)) return [{ path: [], message: `${name} is a user or group of the system`, hint }]
  const wanted = [...appDepends(facts, config, true), ...appRecommends(facts, config)].flatMap(packagesOf)
  if (wanted.includes(name) || DEBIAN.test(name)) {
    return [{ path: [], message: `${name} is the name of a package of the distribution`, hint }]
  }
  return []
}

/** Instances lie below the state folder. */
function checkState({ runtime }: Facts): readonly Finding[] {
  if (!runtime.state.some((path) => path.split('/', 1)[0] === 'instances')) return []
  const hint = 'Give the folder in runtime.state another name.'
  return [{ path: [], message: '`instances` in the state folder is where instances of the service lie', hint }]
}

function checkPythons({ pythons }: DebConfig): readonly Finding[] {
  return pythons.flatMap((python, index) =>
    pythons.indexOf(python) === index
      ? []
      : [{ path: ['pythons', index], message: `${python} stands there twice`, hint: 'Delete one of them.' }],
  )
}

/** Names in a relationship, without their versions. */
function packagesOf(relation: string): readonly string[] {
  return relation.split(' | ').map((one) => one.replace(/[ :(].*$/, ''))
}

interface Bound {
  readonly path: Finding['path']
  readonly name: string
  readonly sign: string
  readonly version: string
}

/** Relationships that no version of a package can meet together. */
function checkRelations({ depends }: DebConfig): readonly Finding[] {
  const bounds = depends.flatMap((relation, index): Bound[] => {
    const [, name, sign, version] = /^([^ :(|]+)(?::any)? \((<<|<=|=|>=|>>) ([^)]+)\)$/.exec(relation) ?? []
    if (name === undefined || sign === undefined || version === undefined) return []
    return [{ path: ['depends', index], name, sign, version }]
  })
  return bounds.flatMap((upper) => {
    const lower = bounds.find((one) => one.name === upper.name && contradicts(one, upper))
    if (lower === undefined) return []
    const message = `no version of ${upper.name} is both ${lower.sign} ${lower.version} and ${upper.sign} ${upper.version}`
    return [{ path: upper.path, message, hint: 'Mend one of the two.' }]
  })
}

function contradicts(lower: Bound, upper: Bound): boolean {
  if (!/^(>|=)/.test(lower.sign) || !/^(<|=)/.test(upper.sign)) return false
  const order = compareDebianVersions(lower.version, upper.version)
  const touching = lower.sign !== '>>' && upper.sign !== '<<'
  const equal = lower.sign === '=' && upper.sign === '='
  return equal ? order !== 0 : order > 0 || (order === 0 && !touching)
}
