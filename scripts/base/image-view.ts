import { resolvePath, type ViewEntry } from '../lib/core/base.ts'
import type { LayerContent } from './image-layer.ts'

/** The merged file system of an image as it grows from layer to layer. */
export class ImageView {
  readonly nodes: Map<string, ViewEntry> = new Map()
  readonly #texts = new Map<string, string>()

  /** Lays a layer on those below: first what it takes away from them, then what it brings. */
  add(layer: LayerContent): void {
    for (const folder of layer.emptied) this.#removeBelow(folder)
    for (const path of layer.removed) this.#remove(path)
    for (const entry of layer.entries) {
      this.#place(entry)
      this.#texts.delete(entry.path)
    }
    for (const [path, text] of layer.texts) this.#texts.set(path, text)
  }

  /** The text of a file, links followed. */
  text(path: string): string | undefined {
    const real = resolvePath(this.nodes, path, true)
    return this.nodes.get(real)?.kind === 'file' ? this.#texts.get(real) : undefined
  }

  /** The texts of the files right below a folder, by their names. */
  textsBelow(folder: string): ReadonlyMap<string, string> {
    const start = `${resolvePath(this.nodes, folder, true)}/`
    const found = [...this.#texts].filter(([path]) => path.startsWith(start) && this.nodes.get(path)?.kind === 'file')
    return new Map(found.map(([path, text]) => [path.slice(start.length), text]))
  }

  /** A folder in the place of a link hides what lies behind the link; overlay file systems do the same. */
  #place(entry: ViewEntry): void {
    for (let end = entry.path.indexOf('/'); end > 0; end = entry.path.indexOf('/', end + 1)) {
      const path = entry.path.slice(0, end)
      if (this.nodes.get(path)?.kind === 'directory') continue
      this.nodes.set(path, { kind: 'directory', path, mode: 0o755, uid: 0, gid: 0 })
    }
    const before = this.nodes.get(entry.path)
    if (before?.kind === 'directory' && entry.kind !== 'directory') this.#removeBelow(entry.path)
    this.nodes.set(entry.path, entry)
  }

  #remove(path: string): void {
    this.#removeBelow(path)
    this.nodes.delete(path)
  }

  #removeBelow(folder: string): void {
    const start = folder === '' ? '' : `${folder}/`
    for (const path of this.nodes.keys()) if (path.startsWith(start)) this.nodes.delete(path)
  }
}
