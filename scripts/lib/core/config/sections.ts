import { z } from 'zod'
import type { AppFacts, Expectation, Frontend, PythonFacts } from '../facts.ts'
import {
  configPath,
  lineOfText,
  maintainer,
  matching,
  packageName,
  projectPath,
  spdxExpression,
  specifiers,
  tagPattern,
  variableName,
  versionPattern,
  webAddress,
} from './rules.ts'

const words = z.array(lineOfText)
const paths = z.array(projectPath)
const values = z.record(variableName, z.string())

/** `app`: who the application is; every package carries these. */
export const appSection: z.ZodType<AppFacts> = z
  .strictObject({
    name: packageName.describe('Name of the application in every channel: also a Debian package name'),
    title: lineOfText.exactOptional().describe('Name for people; default: the name'),
    summary: lineOfText.describe('What it is, in one line without a full stop'),
    description: z.string().exactOptional().describe('What it is, in some sentences; default: the summary'),
    homepage: webAddress.describe('Address of its page'),
    license: spdxExpression.describe('SPDX licence expression, such as GPL-3.0-only'),
    'license-files': paths.default(['LICENSE']).describe('Globs of the licence texts, relative to the project'),
    maintainer: maintainer.describe('Who answers for the packages: Name <mail@example.org>'),
  })
  .transform(({ 'license-files': licenseFiles, ...app }) => {
    const [, name = '', email = ''] = /^(.*) <(.*)>$/.exec(app.maintainer) ?? []
    const description = (app.description ?? app.summary).trim()
    return { ...app, title: app.title ?? app.name, description, licenseFiles, maintainer: { name, email } }
  })

/** A place in the tree where the version is written: a key of a JSON or TOML file, or a pattern with one group. */
export interface VersionFile {
  readonly file: string
  readonly key?: string
  readonly pattern?: string
}

/** Where a release's version comes from and with what it must agree. */
export interface VersionRule {
  readonly tag: string
  readonly files: readonly VersionFile[]
  readonly revision: number
}

const versionFile = z.strictObject({
  file: projectPath.describe('A file that holds the version'),
  key: lineOfText.exactOptional().describe('Its key in a JSON or TOML file; dots go deeper: project.version'),
  pattern: versionPattern.exactOptional().describe('Regular expression whose group is the version'),
})

/** `version`: the tag's pattern, and the files that must agree with the tag. */
export const versionSection: z.ZodType<VersionRule> = z.strictObject({
  tag: tagPattern.default('v{version}').describe('Pattern of release tags; {version} stands for the version'),
  files: z
    .array(versionFile.describe('One such place'))
    .default([])
    .describe('Places in the tree that must agree with the tag'),
  revision: z.int().min(1).max(999).default(1).describe('Packaging revision, raised to package the same version again'),
})

/** `source`: what a checkout may lack. */
export const sourceSection: z.ZodType<{ readonly missing: readonly string[] }> = z.strictObject({
  missing: paths.default([]).describe('Globs of tracked files that a checkout may lack'),
})

const expectation: z.ZodType<Expectation> = z.strictObject({
  file: projectPath.describe('A file that must be there when the front end is built'),
  contains: lineOfText.exactOptional().describe('A text that must stand in it'),
  keys: words.exactOptional().describe('Keys that must stand at the top of it, a JSON file'),
})

const esbuild = z.strictObject({
  entries: paths.min(1).describe('Entry points, relative to the front end'),
  outdir: projectPath.describe('Where the bundle goes, relative to the front end'),
})

/** `frontends`: what is built with Node, each in its folder. */
export const frontendsSection: z.ZodType<readonly Frontend[]> = z.array(
  z.strictObject({
    dir: projectPath.describe('Folder of the front end, relative to the project; . for the project itself'),
    builder: z
      .enum(['npm', 'esbuild'])
      .default('npm')
      .describe(
        'npm: its own build script, by npm, pnpm or yarn 1 as its lock or packageManager says; esbuild: bundled by Slipway',
      ),
    node: matching(/^[\d^~<>=. |x*v-]+$/, 'is no range of Node versions', 'Write it such as "22" or ">=20".')
      .exactOptional()
      .describe(
        'Range of Node versions; default: what engines, devEngines, .nvmrc, .tool-versions or a Dockerfile say',
      ),
    install: words
      .exactOptional()
      .describe("The package manager's words that install; default: exactly as locked. Needed where there is no lock"),
    build: words.default(['run', 'build']).describe("The package manager's words that build"),
    esbuild: esbuild.exactOptional().describe('What `builder: esbuild` bundles'),
    output: paths.min(1).describe('Globs of what the build leaves, relative to the project'),
    committed: z
      .boolean()
      .exactOptional()
      .describe('The outputs are committed too: the build must make exactly those files'),
    expect: z.array(expectation.describe('One expectation')).default([]).describe('What must hold when it is built'),
    environment: values.default({}).describe('Environment variables of the build'),
  }),
)

const collect = z.strictObject({
  command: words.min(1).describe('Arguments to Python, such as [manage.py, collectstatic, --noinput]'),
  root: projectPath.describe('Where the command leaves its files, relative to the project'),
  environment: values.default({}).describe('Environment variables of the command'),
})

/** `python`: the application's own code. */
export const pythonSection: z.ZodType<PythonFacts> = z.strictObject({
  requires: specifiers.describe('Versions of Python it runs on, such as ">=3.11"'),
  native: z.boolean().describe('Whether any dependency carries native code; verified when dependencies are resolved'),
  backend: z
    .enum(['generated', 'own'])
    .default('generated')
    .describe("generated: a private tree in one package; own: the project's PEP 517 back end"),
  root: matching(/^(?![./])(?!.*\.\.)[^\\]*[^/\\]$/, 'is no folder of the project', 'Write it such as src.')
    .exactOptional()
    .describe('Folder that holds the packages or the application tree, such as src; default: the project itself'),
  include: paths.min(1).default([]).describe('Globs of the files that are installed'),
  exclude: paths.default([]).describe('Globs of files left out again'),
  allow: paths.default([]).describe('Files that look like secrets and are meant'),
  requirements: paths
    .default([])
    .describe(
      'What it needs: requirements files, best with hashes, or one of uv.lock, pylock.toml, poetry.lock and pyproject.toml',
    ),
  extras: words.default([]).describe('Extras of the project whose dependencies are installed too'),
  groups: words
    .default([])
    .describe('Dependency groups that are installed too; development groups never are by themselves'),
  translations: paths.default([]).describe('Folders whose .po files are compiled'),
  overlay: configPath.exactOptional().describe('Folder laid over the application, relative to this file'),
  collect: collect.exactOptional().describe('The command that collects static files'),
})
