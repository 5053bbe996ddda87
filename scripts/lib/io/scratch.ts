import { mkdir, rm } from 'node:fs/promises'
import { dirname } from 'node:path'
import { atExit } from './interrupt.ts'

/** Lets `work` fill a folder that is empty before and gone afterwards, also when the process is interrupted. */
export async function inScratch<T>(folder: string, work: (folder: string) => Promise<T>): Promise<T> {
  const clear = (): Promise<void> => rm(folder, { recursive: true, force: true })
  const forget = atExit(clear)
  try {
    await clear()
    await mkdir(dirname(folder), { recursive: true })
    return await work(folder)
  } finally {
    await clear()
    forget()
  }
}
