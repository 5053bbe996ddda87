import { z } from 'zod'

/** A form to fill in with an account: the first administrator's, or the login. */
export interface AccountStep {
  readonly page: string
  readonly username: string
  readonly password: string
  readonly names?: { readonly username?: string; readonly password?: readonly string[] }
  readonly fields?: Readonly<Record<string, string>>
  readonly form?: string
}

export interface UploadStep {
  readonly page: string
  readonly field: string
  readonly name: string
  readonly content: string
  readonly fields?: Readonly<Record<string, string>>
  readonly form?: string
}

export interface SubmitStep {
  readonly page: string
  readonly fields: Readonly<Record<string, string>>
  readonly form?: string
}

export interface StaticStep {
  readonly file: string
  readonly url?: string
  readonly prefix?: string
}

/** What each kind of step takes; the key of a step in slipway.yaml is its kind. */
export interface StepKinds {
  readonly ready: string | { readonly page: string; readonly seconds?: number }
  readonly 'first-admin': AccountStep
  readonly login: AccountStep
  readonly upload: UploadStep
  readonly submit: SubmitStep
  readonly static: string | StaticStep
  readonly page: { readonly path: string; readonly contains?: string; readonly status?: number }
  readonly contains: { readonly page: string; readonly text: string }
  readonly restart: Readonly<Record<string, never>>
}

/** One step of the black-box script that every channel must pass: an object with one key, its kind. */
export type RehearsalStep = Partial<StepKinds>

const text = z.string().min(1)
const path = z.string().regex(/^\/\S*$/, 'must begin with / and hold no space')
const page = path.describe('Path of the page, such as /login; redirects are followed')
const file = text.describe('Path below the static root as the application names it, such as css/site.css; or `all`')
const fields = z
  .record(text, z.string())
  .describe('Form fields by the names in the HTML; hidden inputs such as a CSRF token come from the page')
const form = text.exactOptional().describe('id or action of the form; default: the first form that has the fields')

const account = z.strictObject({
  page,
  username: text.describe('Name of the account'),
  password: text.describe('Its password: a test value, never a real one'),
  names: z
    .strictObject({
      username: text.exactOptional().describe('Input for the name of the account; default username'),
      password: z
        .array(text)
        .min(1)
        .exactOptional()
        .describe('Inputs for the password; default: every password input of the form'),
    })
    .exactOptional()
    .describe("Names of the form's inputs where they are not the usual ones"),
  fields: fields.exactOptional(),
  form,
})

const upload = z.strictObject({
  page,
  field: text.describe('Name of the file input'),
  name: text.describe('Name of the uploaded file'),
  content: z.string().describe('Its content'),
  fields: fields.exactOptional(),
  form,
})

const ready = z.strictObject({
  page,
  seconds: z.number().int().positive().max(900).exactOptional().describe('How long to wait for it; default 90'),
})

const staticFile = z.strictObject({
  file,
  url: path.exactOptional().describe('Where it is served, if not below the prefix'),
  prefix: path.exactOptional().describe('URL prefix of static files; default /static/'),
})

const seen = z.strictObject({
  path: page,
  contains: text.exactOptional().describe('Text that the page must hold'),
  status: z.number().int().min(100).max(599).exactOptional().describe('Status that it must answer; default 200'),
})

const contains = z.strictObject({
  page,
  text: text.describe('Text that the page must hold, HTML entities decoded'),
})

const step = z
  .strictObject({
    ready: z.union([page, ready]).exactOptional().describe('Wait until a page answers 200'),
    'first-admin': account.exactOptional().describe('Make the first account in the web page'),
    login: account.exactOptional().describe('Log in; later steps use the session'),
    upload: upload.exactOptional().describe('Upload a file by a form'),
    submit: z.strictObject({ page, fields, form }).exactOptional().describe('Fill in a form and send it'),
    static: z
      .union([file, staticFile])
      .exactOptional()
      .describe('Fetch a static file and compare its sha256 with static.json'),
    page: seen.exactOptional().describe('Fetch a page and look at its status and text'),
    contains: contains.exactOptional().describe('A page answers 200 and holds a text'),
    restart: z.strictObject({}).exactOptional().describe('Restart the application; data, key and session must survive'),
  })
  .refine((value) => Object.keys(value).length === 1, {
    error: 'must have exactly one key: the kind of the step',
    when: ({ issues }) => issues.length === 0,
  })
  .meta({ minProperties: 1, maxProperties: 1 })

/** The section `rehearse` of slipway.yaml: the black-box script as data. */
export const rehearsalSteps: z.ZodType<readonly RehearsalStep[]> = z
  .array(step)
  .describe('What is done to each installed and started artifact, over plain HTTP, in this order')
