/** One key of values.yaml: its comment, its default, and the JSON Schema that refuses anything else. */
export interface ValueRow {
  readonly key: string
  readonly comment: string
  readonly value: unknown
  readonly schema: object
}

/** Kinds of values, in JSON Schema draft 7. */
export const text: object = { type: 'string' }
export const scalar: object = { type: ['string', 'boolean', 'number'] } // --set makes booleans and numbers
export const flag: object = { type: 'boolean' }
export const free: object = { type: 'object' }
export const list: object = { type: 'array' }
export const port: object = { type: 'integer', minimum: 1, maximum: 65535 }
export const positive: object = { type: 'integer', minimum: 1 }
export const natural: object = { type: 'integer', minimum: 0 }

/** An object with these keys and no others. */
export function closed(properties: Readonly<Record<string, object>>): object {
  return { type: 'object', additionalProperties: false, properties }
}
