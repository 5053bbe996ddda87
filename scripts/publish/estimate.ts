import { formatSize } from '../lib/core/table.ts'

const SOON = 2 // seconds of sending before its speed says something

/** How far an upload is: share, speed, and the time that is left at this speed. */
export function renderEstimate(sent: number, total: number, seconds: number): string {
  const share = `${Math.floor((100 * sent) / total)} %`
  if (seconds < SOON || sent === 0) return share
  const speed = sent / seconds
  return `${share}, ${formatSize(speed)}/s, about ${renderSeconds((total - sent) / speed)} left`
}

/** A duration as a person says it. */
function renderSeconds(seconds: number): string {
  if (seconds < 90) return `${Math.ceil(seconds)} s`
  if (seconds < 5400) return `${Math.ceil(seconds / 60)} min`
  return `${(seconds / 3600).toFixed(1)} h`
}
