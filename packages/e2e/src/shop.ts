import { randomUUID } from 'node:crypto'

export interface Answer {
  readonly status: number
  readonly headers: Headers
  /** The JSON of the body, or its text where that is something else. */
  readonly body: unknown
}

export interface CallOptions {
  /** Sent as JSON. */
  body?: unknown
  headers?: Record<string, string>
}

/** The API as its clients see it: by token, through the gateway. */
export interface Shop {
  /** A call as one of the seeded clients; its token is fetched once. */
  call(client: string, method: string, path: string, options?: CallOptions): Promise<Answer>
  token(client: string): Promise<string>
  /** Makes a product with stock at a new location; gives its sku. */
  stock(quantity: number): Promise<string>
  /** Orders as `demo`, with an idempotency key of its own unless one is given. */
  order(lines: readonly { sku: string; quantity: number }[], key?: string): Promise<Answer>
}

/** Opens the shop at the gateway's URL with the secrets of the clients. */
export function openShop(api: string, secrets: Readonly<Record<string, string>>): Shop {
  const tokens = new Map<string, Promise<string>>()

  const fetchToken = async (client: string) => {
    const answer = await fetch(`${api}/identity/token`, {
      method: 'POST',
      headers: { authorization: `Basic ${btoa(`${client}:${secrets[client]}`)}` },
      body: new URLSearchParams({ grant_type: 'client_credentials' }),
    })
    if (!answer.ok) throw new Error(`no token for ${client}: ${answer.status} ${await answer.text()}`)
    return ((await answer.json()) as { access_token: string }).access_token
  }
  const token: Shop['token'] = (client) => {
    const known = tokens.get(client) ?? fetchToken(client)
    tokens.set(client, known)
    return known
  }

  const call: Shop['call'] = async (client, method, path, { body, headers = {} } = {}) => {
    const answer = await fetch(`${api}${path}`, {
      method,
      headers: {
        authorization: `Bearer ${await token(client)}`,
        ...(body !== undefined && { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    })
    const text = await answer.text()
    const json = answer.headers.get('content-type')?.includes('json') && text !== ''
    return { status: answer.status, headers: answer.headers, body: json ? JSON.parse(text) : text }
  }

  const made = async (path: string, body: unknown) => {
    const options = { body, headers: { 'idempotency-key': randomUUID() } }
    const answer = await call('manager', 'POST', path, options)
    if (answer.status !== 201)
      throw new Error(`POST ${path}: ${answer.status} ${JSON.stringify(answer.body)}`)
    return answer.body as { id: string }
  }

  return {
    call,
    token,
    async stock(quantity) {
      const sku = `SKU-${randomUUID().slice(0, 8)}`
      await made('/products', { sku, name: `Thing ${sku}` })
      const location = await made('/locations', { code: `L-${sku}`, name: 'Shelf', type: 'BIN' })
      const lines = [{ sku, location_id: location.id, delta: quantity }]
      await made('/stock-movements', { type: 'RECEIPT', reason: 'RECEIVED', lines })
      return sku
    },
    order(lines, key = randomUUID()) {
      return call('demo', 'POST', '/orders', { body: { lines }, headers: { 'idempotency-key': key } })
    },
  }
}
