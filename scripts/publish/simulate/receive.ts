import type { Answer, Asked } from './asked.ts'
import { Refusal } from './refusal.ts'
import { wireAsset } from './wire.ts'

/** The route that takes a file in (REST "Upload a release asset"). */
export async function receive({ site, store, params: [id], query, headers, body, fault }: Asked): Promise<Answer> {
  const { name, contentType } = declared(query, headers)
  const asset = store.begin(Number(id), name, query.get('label'), contentType)
  if (fault === 'bad-gateway-starter') {
    for await (const _ of body);
    throw new Refusal(502, 'Server Error')
  }
  try {
    await store.fill(asset, body, fault === 'truncated')
  } catch (broken) {
    if (fault === 'reset') store.forget(asset) // GitHub leaves nothing, or a `starter`
    throw broken
  }
  return { status: 201, json: wireAsset(site, store.release(Number(id)), asset) }
}

interface Declared {
  readonly name: string
  readonly contentType: string
}

/** What a client must say of a file before its bytes. */
function declared(query: URLSearchParams, headers: Asked['headers']): Declared {
  const name = query.get('name')
  if (name === null || name === '') throw Refusal.invalid('ReleaseAsset', 'name', 'missing_field')
  if (!/^[1-9]\d*$/.test(String(headers['content-length']))) throw new Refusal(400, 'Bad Content-Length')
  const contentType = headers['content-type']
  if (typeof contentType !== 'string') throw new Refusal(400, 'Bad Content-Type')
  return { name, contentType }
}
