import type { AccountStep } from '../lib/core/rehearsal.ts'
import type { Page } from './browser.ts'
import { type Form, parseForms } from './html.ts'
import { stepFailure } from './step-failure.ts'

/** What a form must have to be the one that a step means. */
export interface FormWish {
  /** Its id or action, where the step names it. */
  readonly form?: string
  readonly names: readonly string[]
  /** A kind of control that it must have, such as password or file. */
  readonly kind?: string
  /** A path that its answer must not be on: a login that ends at the login has failed. */
  readonly leaves?: string
}

/** The first form of the page that a step can mean; the step fails with the forms that are there otherwise. */
export function pickForm(page: Page, wish: FormWish, step: string): Form {
  if (page.status !== 200) throw stepFailure(step, 'a page with a form', page)
  const form = matchingForm(page, wish)
  if (form !== undefined) return form
  const there = parseForms(page.text).map(({ controls }) => `(${controls.map(({ name }) => name).join(', ')})`)
  const which = wish.form === undefined ? '' : ` "${wish.form}"`
  const expected = `a form${which} with ${wish.names.join(', ')} on ${page.url.pathname}; its forms: ${there.join(' ') || 'none'}`
  throw stepFailure(step, expected, page)
}

function matchingForm(page: Page, wish: FormWish): Form | undefined {
  return parseForms(page.text).find(({ id, action, controls }) => {
    const named = wish.form === undefined || wish.form === id || wish.form === action
    const names = controls.map(({ name }) => name)
    const kinds = controls.map(({ kind }) => kind)
    return (
      named &&
      wish.names.every((name) => names.includes(name)) &&
      (wish.kind === undefined || kinds.includes(wish.kind))
    )
  })
}

/** A form is taken when its answer is a page of the 2xx kind and not the same form again. */
export function assertTaken(answer: Page, wish: FormWish, step: string): void {
  const ok = answer.status >= 200 && answer.status < 300
  const stayed = answer.redirects === 0 || answer.url.pathname === wish.leaves
  const again = stayed && matchingForm(answer, wish) !== undefined
  if (ok && !again) return
  throw stepFailure(step, 'the form to be taken', answer, again ? ' with the form again' : '')
}

/** The form of an account, and the values to send with it: every password input gets the password unless they are named. */
export function accountForm(page: Page, account: AccountStep, step: string): [Form, FormWish, Record<string, string>] {
  const username = account.names?.username ?? 'username'
  const named = account.names?.password ?? []
  const names = [username, ...named, ...Object.keys(account.fields ?? {})]
  const { pathname: leaves } = page.url
  const wish: FormWish = {
    names,
    kind: 'password',
    leaves,
    ...(account.form === undefined ? {} : { form: account.form }),
  }
  const form = pickForm(page, wish, step)
  const found = form.controls.filter(({ kind }) => kind === 'password').map(({ name }) => name)
  const passwords = (named.length > 0 ? named : found).map((name) => [name, account.password])
  return [form, wish, { ...account.fields, [username]: account.username, ...Object.fromEntries(passwords) }]
}
