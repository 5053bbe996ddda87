import picocolors from 'picocolors'

/** Colours of the display on standard error: none off a terminal, in CI neither, unless FORCE_COLOR asks for them. */
export const colors: ReturnType<typeof picocolors.createColors> = picocolors.createColors(
  picocolors.isColorSupported && (process.stderr.isTTY === true || process.env['FORCE_COLOR'] !== undefined),
)
