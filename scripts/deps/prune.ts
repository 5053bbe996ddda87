import { chmod, open, readdir, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import picomatch from 'picomatch'

// What installing leaves besides the packages: paths of this machine, locks, pages for people and compilers.
const LEFTOVERS = picomatch(
  [
    '.lock',
    '*.dist-info/{RECORD,INSTALLER,REQUESTED,direct_url.json,uv_cache.json,uv_build.json}',
    '**/__pycache__/**',
    '**/*.pyc',
    '**/*.pyi',
  ],
  { dot: true },
)

// Where wheels put scripts, headers and manual pages (sysconfig's schemes below --target).
const SCHEME_FOLDERS = ['bin', 'include', 'man', 'share/man']

/** Takes away what uv leaves besides the packages, and the executable bit where it means nothing. */
export async function pruneVendor(dir: string): Promise<void> {
  for (const folder of SCHEME_FOLDERS) {
    const isPackage = await exists(join(dir, folder, '__init__.py'))
    if (!isPackage) await rm(join(dir, folder), { recursive: true, force: true })
  }
  for (const name of await readdir(dir, { recursive: true, withFileTypes: true })) {
    if (!name.isFile()) continue
    const path = join(name.parentPath, name.name)
    if (LEFTOVERS(path.slice(dir.length + 1))) await rm(path)
    else await calmMode(path)
  }
}

// A library is not a program (Debian Policy 8.1); wheels mark it as one.
async function calmMode(path: string): Promise<void> {
  const { mode } = await stat(path)
  if ((mode & 0o100) === 0) return
  if (/\.so(\.[\d.]+)?$/.test(path) || !(await isProgram(path))) await chmod(path, 0o644)
}

/** Whether it starts as a script (`#!`) or an ELF file does. */
async function isProgram(path: string): Promise<boolean> {
  const file = await open(path)
  try {
    const { buffer } = await file.read(Buffer.alloc(4), 0, 4, 0)
    return buffer.toString('latin1', 0, 2) === '#!' || buffer.toString('latin1') === '\x7fELF'
  } finally {
    await file.close()
  }
}

async function exists(path: string): Promise<boolean> {
  return (await stat(path).catch(() => undefined)) !== undefined
}
