import { chmod, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, describe, expect, vi } from 'vitest'
import { UV_VERSION } from '../../scripts/lib/core/tool-versions.ts'
import { type BuilderPython, builderPython, projectPython } from '../../scripts/lib/io/builder-python.ts'
import { cacheFolder } from '../../scripts/lib/io/stage.ts'
import { sampleFacts } from '../support/facts.ts'
import { scratch, testStage } from '../support/stage.ts'
import { itWith } from '../support/tool.ts'

async function chosen(requires: string): Promise<BuilderPython> {
  const { python, tools } = sampleFacts()
  const { stage } = await testStage({ python: { ...python, requires }, tools: { ...tools, uv: UV_VERSION } })
  return projectPython({ ...stage, cache: cacheFolder() })
}

/** A folder first on PATH with these programs. */
async function onPath(
  scripts: Readonly<Record<string, string>>,
  links: Readonly<Record<string, string>>,
): Promise<void> {
  const folder = await scratch()
  for (const [name, text] of Object.entries(scripts)) {
    await writeFile(join(folder, name), `#!/bin/sh\n${text}\n`)
    await chmod(join(folder, name), 0o755)
  }
  for (const [name, path] of Object.entries(links)) await symlink(path, join(folder, name))
  vi.stubEnv('PATH', `${folder}:${process.env['PATH']}`)
}

describe("the Python that runs the project's code", () => {
  afterEach(() => {
    vi.unstubAllEnvs()
  })

  itWith(['python3'], 'is python3 where the project takes it', async () => {
    expect(await chosen('>=3.10')).toEqual(await builderPython())
  })

  itWith(['python3'], 'is another one on PATH where it does not; what does not start is passed over', async () => {
    const real = await builderPython()
    const old = { python3: 'echo /nowhere/python3; echo 3.10.0', 'python3.10': 'exit 127' }
    await onPath(old, { [`python${real.minor}`]: real.path })
    expect(await chosen(`>=${real.minor}`)).toMatchObject({ minor: real.minor })
  })

  itWith(['python3'], 'is asked for where the machine has none that fits', async () => {
    await expect(chosen('>=3.99')).rejects.toMatchObject({
      code: 'TOOL_MISSING',
      message: `the project wants Python >=3.99; this machine has ${(await builderPython()).minor}`,
      hint: expect.stringContaining('uv python install'),
    })
  })
})
