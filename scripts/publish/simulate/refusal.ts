/** An answer of GitHub that is an error, with the body GitHub sends. */
export class Refusal extends Error {
  readonly status: number
  readonly body: object
  readonly headers: Readonly<Record<string, string>>

  constructor(
    status: number,
    message: string,
    detail?: string | object,
    headers: Readonly<Record<string, string>> = {},
  ) {
    super(message)
    this.status = status
    this.headers = headers
    const errors = detail === undefined ? {} : { errors: [typeof detail === 'string' ? { message: detail } : detail] }
    this.body = { message, ...errors, documentation_url: 'https://docs.github.com/rest', status: String(status) }
  }

  /** 422 with a code, as for a field that is wrong. */
  static invalid(resource: string, field: string, code: string): Refusal {
    return new Refusal(422, 'Validation Failed', { resource, field, code })
  }

  /** 403 of the secondary rate limit. */
  static secondaryLimit(seconds: number): Refusal {
    const message = 'You have exceeded a secondary rate limit. Please wait a few minutes before you try again.'
    return new Refusal(403, message, undefined, { 'retry-after': String(seconds) })
  }
}
