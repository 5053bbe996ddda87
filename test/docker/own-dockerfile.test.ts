import { describe, expect, it } from 'vitest'
import { buildContext, keepingLines } from '../../scripts/docker/build-context.ts'
import { dockerSchema, hasDockerfile, type OwnImageConfig } from '../../scripts/docker/config.ts'
import { fillStages, parseDockerfile } from '../../scripts/docker/dockerfile.ts'
import { docker } from '../../scripts/docker/index.ts'
import { chartOfDockerfile, ownDockerfile } from '../../scripts/lib/core/config/own-dockerfile.ts'
import type { Tree } from '../../scripts/lib/core/tree.ts'
import { memoryTree } from '../../scripts/lib/io/tree-files.ts'
import { sampleFacts } from '../support/facts.ts'
import { memoryWork } from '../support/work.ts'

const DOCKERFILE = `# syntax=docker/dockerfile:1
ARG NODE=22
FROM --platform=$BUILDPLATFORM node:\${NODE} \\
  # the version of the front end
  AS Frontend
RUN <<EOF
npm ci
FROM nowhere AS trap
EOF
RUN npm run build && \\
  FROM=dist node check.js
from python:3.13-slim as base
RUN echo "1<<2" && echo $((1<<FROM))
FROM base
COPY --from=frontend /app/dist /code/dist
`

describe('a Dockerfile', () => {
  const parsed = parseDockerfile(DOCKERFILE)

  it('has its stages where an instruction FROM stands, in any case, not in what is continued or quoted', () => {
    expect(parsed.stages.map(({ name }) => name)).toEqual(['frontend', 'base', undefined])
    expect(parsed.head).toEqual(['# syntax=docker/dockerfile:1', 'ARG NODE=22'])
  })

  it('stays as it is where no stage is filled', () => {
    expect(fillStages(parsed, new Map())).toBe(DOCKERFILE)
  })

  it('gets folders of the context in place of a stage, and keeps every other line', () => {
    const filled = fillStages(parsed, new Map([['frontend', [{ from: 'web/dist/', to: '/app/dist/' }]]]))
    const rest = DOCKERFILE.slice(DOCKERFILE.indexOf('from python'))
    expect(filled).toBe(
      `# syntax=docker/dockerfile:1\nARG NODE=22\nFROM scratch AS frontend\nCOPY ["web/dist/","/app/dist/"]\n\n${rest}`,
    )
  })

  it('may end its lines with another mark', () => {
    const windows = parseDockerfile('# escape=`\nFROM a AS one\nRUN x `\n  FROM b AS two\nFROM c AS three\\\n')
    expect(windows.stages.map(({ name }) => name)).toEqual(['one', 'three\\'])
  })
})

describe('the folder that a Dockerfile is built on', () => {
  const source = memoryTree({
    Dockerfile: 'FROM node AS web\nRUN npm run build\nFROM python\nCOPY --from=web /srv/dist dist\n',
    '.dockerignore': 'static\n**/build\n',
    'docker/start.sh': '#!/bin/sh\n',
    'static/.gitkeep': '',
    'core/static/mark.svg': '<svg/>',
  })
  const bundle = memoryTree({ 'core/static/app[1].js': 'js', 'core/build/deep/app.js': 'js' })
  const collected = memoryTree({ 'app.js': 'js', 'admin/site.css': 'css' })
  const work = memoryWork({ source, bundle, collected })
  const config = (more: object = {}): OwnImageConfig => {
    const parsed = dockerSchema.parse({ dockerfile: 'Dockerfile', ...more })
    if (!hasDockerfile(parsed)) throw new Error('no dockerfile')
    return parsed
  }
  const text = async (tree: Tree, wanted: string): Promise<string> => {
    const file = tree.files.find(({ path }) => path === wanted)
    if (file === undefined || !('sha256' in file)) throw new Error(`no file ${wanted}`)
    return Buffer.from(await tree.read(file)).toString()
  }

  it('is the whole project with static files and messages at their places, and not what held their folder', async () => {
    const { files } = await buildContext(work, config())
    expect(files.map(({ path }) => path)).toEqual([
      '.dockerignore',
      'Dockerfile',
      'core/build/deep/app.js',
      'core/static/app[1].js',
      'core/static/mark.svg',
      'docker/start.sh',
      'static/admin/site.css',
      'static/app.js',
      'translations/de/LC_MESSAGES/django.mo',
    ])
  })

  it('takes what was built back from what .dockerignore leaves out, and nothing else', async () => {
    const kept = await text(await buildContext(work, config()), '.dockerignore')
    expect(kept.split('\n')).toEqual([
      'static',
      '**/build',
      '',
      '!core/build/**',
      String.raw`!core/static/app\[1\].js`,
      '!static/**',
      '!translations/**',
      '',
    ])
    expect(keepingLines(source, memoryTree({}))).toEqual([])
  })

  it('has the Dockerfile with the stages filled that the configuration names', async () => {
    const stages = { Web: { '/srv/dist': 'static', '/srv/mark.svg': 'core/static/mark.svg', '/all': '.' } }
    expect(await text(await buildContext(work, config({ stages })), 'Dockerfile')).toContain(
      [
        'FROM scratch AS web',
        'COPY ["static/","/srv/dist/"]',
        'COPY ["core/static/mark.svg","/srv/mark.svg"]',
        'COPY ["./","/all/"]',
      ].join('\n'),
    )
  })

  it('is refused with the name of a folder that is not in it', async () => {
    await expect(buildContext(work, config({ stages: { web: { '/srv': 'dist' } } }))).rejects.toMatchObject({
      code: 'CONFIG_INVALID',
      message: 'docker.stages: the staged tree has no dist',
    })
  })
})

describe('the section of an application that keeps its Dockerfile', () => {
  const facts = sampleFacts()
  const texts = new Map([['Dockerfile', DOCKERFILE]])
  const said = (section: object, files = texts): readonly string[] =>
    docker
      .check(facts, { dockerfile: 'Dockerfile', ...section }, files)
      .map(({ path, message, hint }) => `${path.join('.')}: ${message} | ${hint}`)

  it('wants the file, and only that', () => {
    expect(docker.reads({ dockerfile: 'Dockerfile' })).toEqual(['Dockerfile'])
    expect(said({})).toEqual([])
    expect(said({}, new Map())).toEqual([
      'dockerfile: Dockerfile is not in the tree | Write it relative to the project, and commit it.',
    ])
    expect(
      docker.check({ ...facts, runtime: { ...facts.runtime, services: [] } }, { dockerfile: 'Dockerfile' }, texts),
    ).toEqual([])
  })

  it('names stages that there are, and not the one that becomes the image', () => {
    expect(said({ target: 'prod', stages: { node: { '/x': 'y' }, base: { '/x': 'y' } } })).toEqual([
      'target: Dockerfile has no stage prod | It has frontend, base.',
      'stages.node: Dockerfile has no stage node | It has frontend, base.',
    ])
    expect(said({ target: 'BASE', stages: { base: { '/x': 'y' } } })).toEqual([
      'stages.base: base is the stage that becomes the image | Name the stage that it copies static files from.',
    ])
  })

  it('fills in what the release knows, and tells what it does not', () => {
    expect(said({ args: { A: '{version}-{commit}', B: '{date}' } })).toEqual([
      'args.B: nothing stands for {date} | Known are {version}, {tag}, {commit}, {epoch}.',
    ])
  })

  it('says where static files lie only where there are any', () => {
    const bare = { ...facts, frontends: [] }
    const section = { dockerfile: 'Dockerfile', static: { bundle: '/code' } }
    expect(docker.check(bare, section, texts).map(({ message }) => message)).toEqual([
      'there are no such files without frontends',
    ])
  })

  it('promises one image under the plain version, not reproducible, and asks for no base and no dependencies', () => {
    const section = { dockerfile: 'Dockerfile', repositories: ['registry.example/satchel'] }
    const [output] = docker.outputs(facts, section)
    const { plain } = facts.version
    expect(output).toEqual({
      kind: 'image',
      name: `satchel-${plain}.oci.tar`,
      platforms: ['linux/amd64'],
      references: [`registry.example/satchel:${plain}`],
      carries: [{ tree: 'bundle' }, { tree: 'collected' }],
      reproducible: false,
    })
    expect([...docker.bases(section), ...docker.targets(section)]).toEqual([])
    const placed = docker.outputs(facts, { ...section, static: { collected: '/srv/static/' } })
    expect(placed[0]?.carries).toEqual([{ tree: 'collected', at: 'srv/static' }])
  })

  it('has no use for what says how Slipway makes images, and the other way round', () => {
    const keys = (section: object): readonly string[] =>
      ownDockerfile({ docker: section }).map(({ path, message }) => `${path.join('.')} ${message}`)
    expect(keys({ dockerfile: 'Dockerfile', base: {}, variants: ['lean'], platforms: [] })).toEqual([
      'docker.base has no effect beside docker.dockerfile',
      'docker.variants has no effect beside docker.dockerfile',
    ])
    expect(keys({ target: 'x', args: {} })).toEqual([
      'docker.target has no effect without docker.dockerfile',
      'docker.args has no effect without docker.dockerfile',
    ])
    expect(chartOfDockerfile({ docker: { dockerfile: 'Dockerfile' }, helm: {} })).toHaveLength(1)
    expect(chartOfDockerfile({ docker: {}, helm: {} })).toEqual([])
  })
})
