import { run } from '../../scripts/lib/io/run.ts'
import { withFile } from './archives.ts'

const MEMBERS = `
import json, sys, tarfile, zipfile
if zipfile.is_zipfile(sys.argv[1]):
    with zipfile.ZipFile(sys.argv[1]) as archive:
        texts = {info.filename: archive.read(info).decode('latin-1') for info in archive.infolist()}
else:
    with tarfile.open(sys.argv[1]) as archive:
        texts = {info.name: archive.extractfile(info).read().decode('latin-1') for info in archive if info.isfile()}
json.dump(texts, sys.stdout)
`

/** The files of a wheel or an sdist by their paths, as Python reads them; latin-1, so that no byte is lost. */
export async function filesOf(bytes: Uint8Array): Promise<Readonly<Record<string, string>>> {
  return withFile(bytes, async (file) => JSON.parse(await run(['python3', '-c', MEMBERS, file])))
}
