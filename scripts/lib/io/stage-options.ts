import type { Arguments, Option } from './command-line.ts'
import { openReport, silentReport } from './report.ts'
import { openStage, type Stage } from './stage.ts'

/** Where the stages hand over their files. */
export const OUT: Option = { name: 'out', value: 'DIR', help: 'folder of the stages, default dist' }

/** Machine-readable result on standard output. */
export const JSON_OUTPUT: Option = { name: 'json', help: 'print the result as JSON on standard output' }

/** The stage that `--out` names; `--json` off a terminal keeps the display quiet. */
export async function openOut(args: Arguments): Promise<Stage> {
  const report = args.has('json') && !process.stderr.isTTY ? silentReport : openReport()
  return openStage(args.text('out') ?? 'dist', report)
}

/** The one way to print a result: JSON where it was asked for, else text. */
export function print(args: Arguments, value: unknown, text: string): void {
  process.stdout.write(args.has('json') ? `${JSON.stringify(value, null, 2)}\n` : `${text}\n`)
}
