import { ReleaseError } from '../lib/core/error.ts'
import type { Page } from './browser.ts'
import { visibleText } from './html.ts'

const FIRST_CHARACTERS = 1500
const FIRST_LINES = 15

/** What a page said, shown below the message and never inside it. */
export class PageSaid extends Error {}

/** REHEARSAL_FAILED for one step: what was expected, what came instead, and the first lines of the page as `cause`. */
export function stepFailure(step: string, expected: string, got: Page | string, detail = ''): ReleaseError {
  const came = typeof got === 'string' ? got : `${got.url.pathname} answered ${got.status}${detail}`
  return new ReleaseError('REHEARSAL_FAILED', `${step}: expected ${expected}, but ${came}`, {
    hint: "Read what the page said, and the application's own log; the step stands under `rehearse` in slipway.yaml.",
    ...(typeof got === 'string' ? {} : { cause: new PageSaid(firstLines(got)) }),
  })
}

function firstLines(page: Page): string {
  const isHtml = (page.headers['content-type'] ?? '').includes('html')
  const text = isHtml ? visibleText(page.text) : page.text.trim()
  return text.slice(0, FIRST_CHARACTERS).split('\n').slice(0, FIRST_LINES).join('\n')
}
