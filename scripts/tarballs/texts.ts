import { type DependencyFile, dependencyFile } from '../lib/core/dependency-files.ts'
import type { Facts } from '../lib/core/facts.ts'
import { collectPlace } from '../lib/core/project-root.ts'
import { collectRoot, hasStatic } from '../lib/core/staged-tree.ts'
import { staticDirectory } from './names.ts'

/** INSTALL of the source with static files: how to run it without Node, gettext and git. */
export function renderInstall(facts: Facts): string {
  const { app, version, python } = facts
  const { bundle, collected } = hasStatic(facts)
  const rows: readonly (readonly [there: boolean, text: string])[] = [
    [bundle, `- the built front end: ${facts.frontends.flatMap(({ output }) => output).join(', ')}`],
    [collected, `- ${collectRoot(facts)}/: all static files as a web server serves them`],
    [python.translations.length > 0, '- compiled translations (.mo)'],
    [true, '- VERSION'],
  ]
  const steps = [
    `Have Python ${python.requires}${databaseOf(facts)}.`,
    'Make an environment for it and enter it:  python3 -m venv venv && . venv/bin/activate',
    ...dependencies(facts),
    ...(python.root === undefined || python.backend === 'own'
      ? []
      : [`Go where the application lies:  cd ${python.root}`]),
    `Set the variables that ENVIRONMENT.md of this release lists${settings(facts)}.`,
    ...(facts.runtime.migrate === undefined
      ? []
      : [`Prepare the database:  ${commandLine(facts.runtime.migrate, facts)}`]),
    ...facts.runtime.services.map(({ name, command, port }) => `Start ${name}:  ${commandLine(command, facts, port)}`),
  ]
  return [
    underlined(`${app.title} ${version.plain}: source with built files`),
    'Nothing has to be built. Beside the source this archive holds:',
    '',
    ...rows.filter(([there]) => there).map(([, text]) => text),
    '',
    'To run it from here:',
    '',
    ...steps.map((step, index) => `${index + 1}. ${step}`),
    '',
    `Ready-made packages and help: ${app.homepage}`,
    '',
  ].join('\n')
}

/** README of the static files alone: what a reverse proxy and a packager do with each folder. */
export function renderStaticReadme(facts: Facts): string {
  const { app, version } = facts
  const { bundle, collected } = hasStatic(facts)
  const top = staticDirectory(facts)
  const folders: readonly (readonly [there: boolean, text: string])[] = [
    [
      bundle,
      `bundle/     What the front ends' build left, at its places in the source tree.
            To add it to the source of the same version:
            tar -xzf ${top}.tar.gz --strip-components=2 -C SOURCE ${top}/bundle
`,
    ],
    [
      collected,
      `collected/  All static files with their final names, for a web server or a CDN:
            serve this folder below the application's static URL.
            nginx:  location /static/ { alias /srv/${top}/collected/; gzip_static on; }
            Use it with exactly this version of ${app.title}.
`,
    ],
  ]
  return [
    underlined(`${app.title} ${version.plain}: static files`),
    ...folders.filter(([there]) => there).map(([, text]) => text),
    `Licence: ${app.license}`,
    `Home: ${app.homepage}`,
    '',
  ].join('\n')
}

const underlined = (title: string): string => `${title}\n${'='.repeat(title.length)}\n`

function databaseOf({ runtime: { database } }: Facts): string {
  return database === undefined ? '' : ` and PostgreSQL ${database.versions}`
}

function settings({ runtime }: Facts): string {
  return runtime.settings === undefined ? '' : `, and DJANGO_SETTINGS_MODULE=${runtime.settings}`
}

function dependencies({ python }: Facts): readonly string[] {
  if (python.backend === 'own') return ['Install it:  python3 -m pip install .']
  const plain = python.requirements.filter((file) => dependencyFile(file) === 'requirements')
  const listed = plain.length === 0 ? [] : [`python3 -m pip install ${plain.map((file) => `-r ${file}`).join(' ')}`]
  const others = python.requirements.filter((file) => !plain.includes(file))
  return [...listed, ...others.map((file) => INSTALLS[dependencyFile(file)](file, python))].map(
    (command) => `Install what it needs:  ${command}`,
  )
}

type Install = (file: string, chosen: Pick<Facts['python'], 'extras' | 'groups'>) => string

// Each into the environment that is active.
const INSTALLS: Readonly<Record<DependencyFile, Install>> = {
  requirements: (file) => `python3 -m pip install -r ${file}`,
  pylock: (file) => `uv pip install -r ${file}`,
  uv: (file, { extras, groups }) =>
    `uv export --frozen --no-default-groups --no-emit-project${named('--extra', extras)}${named('--group', groups)}${folder('--directory', file)} | uv pip install -r -`,
  poetry: (file, { extras, groups }) =>
    `poetry install --no-root --only ${['main', ...groups].join()}${named('--extras', extras)}${folder('--directory', file)}`,
  pyproject: (file, { extras, groups }) =>
    `uv pip install -r ${file}${named('--extra', extras)}${named(
      '--group',
      groups.map((group) => `${file}:${group}`),
    )}`,
}

const named = (option: string, names: readonly string[]): string => names.map((name) => ` ${option} ${name}`).join('')

const folder = (option: string, file: string): string =>
  file.includes('/') ? ` ${option} ${file.slice(0, file.lastIndexOf('/'))}` : ''

/** A command as a person types it at the top of the source tree. */
function commandLine(command: readonly string[], facts: Facts, port = 8000): string {
  const places: Readonly<Record<string, string>> = {
    '{host}': '127.0.0.1',
    '{port}': String(port),
    '{app}': '.',
    '{state}': './state',
    '{static}': `./${collectPlace(facts.python) ?? 'static'}`,
  }
  const words = command.map((word) => word.replaceAll(/\{\w+\}/g, (name) => places[name] ?? name))
  return [...(words[0]?.endsWith('.py') ? ['python3'] : []), ...words].map(quoted).join(' ')
}

const quoted = (word: string): string => (/^[\w./:=,@%+-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`)
