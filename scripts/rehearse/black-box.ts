import type { AccountStep, RehearsalStep, StaticStep, StepKinds } from '../lib/core/rehearsal.ts'
import type { StaticListing } from '../lib/core/stages.ts'
import { waitUntil } from '../lib/io/background.ts'
import type { Report } from '../lib/io/report.ts'
import { Browser, type FormFile, type Page, Unanswered } from './browser.ts'
import type { RunningApp } from './channel.ts'
import { accountForm, assertTaken, type FormWish, pickForm } from './forms.ts'
import { holdsText, linksNamed } from './html.ts'
import { compareStatic } from './static-files.ts'
import { PageSaid, stepFailure } from './step-failure.ts'

/** Something that a step left and that must still be there after a restart or an upgrade. */
interface Evidence {
  readonly path: string
  readonly what: string
  readonly holds: (page: Page) => boolean
}

/** One visitor of one installation: the session, what was left there, and which static files it must serve. */
export interface Visit {
  readonly browser: Browser
  readonly target: Pick<RunningApp, 'url' | 'restart'>
  readonly listing: StaticListing
  readonly evidence: Evidence[]
  readonly report: Report
  /** The page that says when the application can serve; from the last `ready`. */
  ready: StepKinds['ready']
}

type Kind = keyof StepKinds
type Play<K extends Kind> = (visit: Visit, step: StepKinds[K], label: string) => Promise<void>

const READY_SECONDS = 90

const plays: { readonly [K in Kind]: Play<K> } = {
  ready: playReady,
  'first-admin': playAccount,
  login(visit, step, label) {
    visit.browser.forget()
    return playAccount(visit, step, label)
  },
  upload: playUpload,
  submit: playSubmit,
  static: playStatic,
  page: playPage,
  contains: playContains,
  restart: playRestart,
}

/**
 * Plays the steps on an application that was started, over plain HTTP and in their order; REHEARSAL_FAILED at the first that
 * fails says which, what was expected and what came, and the report shows the first lines of the page. Gives the visit, which
 * goes on after an upgrade.
 */
export async function runBlackBox(
  steps: readonly RehearsalStep[],
  target: Pick<RunningApp, 'url' | 'restart'>,
  listing: StaticListing,
  report: Report,
): Promise<Visit> {
  const visit: Visit = { browser: new Browser(target.url), target, listing, evidence: [], report, ready: '/' }
  await playSteps(visit, steps)
  return visit
}

/** Plays more steps in a visit; `when` goes before their numbers. */
export async function playSteps(visit: Visit, steps: readonly RehearsalStep[], when = ''): Promise<void> {
  for (const [index, step] of steps.entries()) {
    for (const kind of Object.keys(step) as Kind[]) {
      const label = `${when}step ${index + 1}, ${kind}${subjectOf(step, kind)}`
      await told(visit, label, () => play(visit, kind, step, label))
    }
  }
}

/** One thing that is done, with a label for the report; a failure shows what the page said. */
export function told(visit: Visit, label: string, act: () => Promise<void>): Promise<void> {
  return visit.report.task(label, act).catch((error: unknown) => {
    throw tell(error, label, visit.report)
  })
}

/** Shows what the page said, and gives a server's silence the name of the step. */
function tell(error: unknown, label: string, report: Report): unknown {
  if (error instanceof Unanswered) return stepFailure(label, 'an answer', error.message)
  if (error instanceof Error && error.cause instanceof PageSaid) report.line(error.cause.message)
  return error
}

async function play<K extends Kind>(visit: Visit, kind: K, step: Partial<StepKinds>, label: string): Promise<void> {
  const value: StepKinds[K] | undefined = step[kind]
  if (value !== undefined) await plays[kind](visit, value, label)
}

/** What a step is about, for its label: a page, a path or a file. */
function subjectOf(step: RehearsalStep, kind: Kind): string {
  const value: unknown = step[kind]
  if (typeof value === 'string') return ` ${value}`
  const { page, path, file } = value as { page?: string; path?: string; file?: string }
  const subject = page ?? path ?? file
  return subject === undefined ? '' : ` ${subject}`
}

async function playReady(visit: Visit, step: StepKinds['ready'], label: string): Promise<void> {
  const { page, seconds = READY_SECONDS } = typeof step === 'string' ? { page: step } : step
  visit.ready = step
  let last: Page | string = 'nothing was asked'
  const answers = async (): Promise<boolean> => {
    last = await visit.browser.get(page).catch(silence)
    return typeof last !== 'string' && last.status === 200
  }
  if (!(await waitUntil(answers, seconds)))
    throw stepFailure(label, `${page} to answer 200 in ${seconds} seconds`, last)
}

function silence(error: unknown): string {
  if (error instanceof Unanswered) return error.message
  throw error
}

async function playAccount(visit: Visit, step: AccountStep, label: string): Promise<void> {
  const page = await visit.browser.get(step.page)
  const [form, wish, values] = accountForm(page, step, label)
  assertTaken(await visit.browser.send(page, form, values), wish, label)
}

async function playUpload(visit: Visit, step: StepKinds['upload'], label: string): Promise<void> {
  const wish = wishOf(step, [step.field, ...Object.keys(step.fields ?? {})])
  const file = { field: step.field, name: step.name, content: step.content }
  const answer = await sendForm(visit, step.page, { ...wish, kind: 'file' }, step.fields ?? {}, label, file)
  remember(visit, answer, [step.name])
  for (const link of linksNamed(answer.text, step.name)) {
    const path = new URL(link, answer.url)
    const holds = ({ status, text }: Page): boolean => status === 200 && text === step.content
    if (path.origin === answer.url.origin && holds(await visit.browser.get(path.href))) {
      visit.evidence.push({ path: path.href, what: `the content of ${step.name}`, holds })
    }
  }
}

async function playSubmit(visit: Visit, step: StepKinds['submit'], label: string): Promise<void> {
  const wish = wishOf(step, Object.keys(step.fields))
  remember(visit, await sendForm(visit, step.page, wish, step.fields, label), Object.values(step.fields))
}

function wishOf(step: { readonly form?: string }, names: readonly string[]): FormWish {
  return step.form === undefined ? { names } : { names, form: step.form }
}

async function sendForm(
  visit: Visit,
  path: string,
  wish: FormWish,
  values: Readonly<Record<string, string>>,
  label: string,
  file?: FormFile,
): Promise<Page> {
  const page = await visit.browser.get(path)
  const answer = await visit.browser.send(page, pickForm(page, wish, label), values, file)
  assertTaken(answer, wish, label)
  return answer
}

/** What the page after a form shows of it must be there after a restart as well. */
function remember(visit: Visit, answer: Page, texts: readonly string[]): void {
  for (const text of texts.filter((value) => value !== '' && holdsText(answer.text, value))) {
    const holds = (page: Page): boolean => page.status === 200 && holdsText(page.text, text)
    visit.evidence.push({ path: answer.url.href, what: `"${text}"`, holds })
  }
}

async function playStatic(visit: Visit, step: string | StaticStep, label: string): Promise<void> {
  const wanted = typeof step === 'string' ? { file: step } : step
  const count = await compareStatic(visit.browser, wanted, visit.listing, label)
  if (count > 1) visit.report.line(`  ${count} static files are those of static.json`)
}

async function playPage(visit: Visit, step: StepKinds['page'], label: string): Promise<void> {
  const { path, status = 200, contains } = step
  const page = await visit.browser.get(path)
  if (page.status !== status) throw stepFailure(label, `${path} to answer ${status}`, page)
  if (contains !== undefined && !holdsText(page.text, contains))
    throw stepFailure(label, `"${contains}" on ${path}`, page)
}

async function playContains(visit: Visit, step: StepKinds['contains'], label: string): Promise<void> {
  await playPage(visit, { path: step.page, contains: step.text }, label)
}

async function playRestart(visit: Visit, _step: StepKinds['restart'], label: string): Promise<void> {
  await visit.target.restart()
  await playReady(visit, visit.ready, label)
  await assertEvidence(visit, label, 'after the restart')
}

/** REHEARSAL_FAILED where something that a step left is there no more. */
export async function assertEvidence({ browser, evidence }: Visit, label: string, when: string): Promise<void> {
  for (const { path, what, holds } of evidence) {
    const page = await browser.get(path)
    if (!holds(page)) throw stepFailure(label, `${what} to be there ${when}`, page)
  }
}
