import { ReleaseError } from '../core/error.ts'

const FIXED = 1_577_836_800 // 2020-01-01T00:00:00Z

/** The time inside artifacts where no commit gives it: SOURCE_DATE_EPOCH (reproducible-builds.org), else a fixed date. */
export function fixedEpoch(): number {
  const { SOURCE_DATE_EPOCH } = process.env
  if (SOURCE_DATE_EPOCH === undefined || SOURCE_DATE_EPOCH === '') return FIXED
  if (/^\d{1,11}$/.test(SOURCE_DATE_EPOCH)) return Number(SOURCE_DATE_EPOCH)
  throw new ReleaseError('USAGE', 'SOURCE_DATE_EPOCH is no whole number of seconds', { hint: 'Unset it.' })
}
