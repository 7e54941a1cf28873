import { Pool } from 'undici'
import type { Answer, LineQuantity, Reservation, Reservations } from '../domain/reservations.ts'
import { readRefusal, readReservation } from './products-answers.ts'
import type { TokenSource } from './token-source.ts'

export interface ProductsClient extends Reservations {
  close(): Promise<void>
}

export interface ProductsClientOptions {
  url: URL
  tokens: TokenSource
  /** How long one call may take in all, its token included. */
  timeoutMs: number
  /** How long products keeps stock for an order that is not confirmed. */
  holdSeconds: number
}

interface Call {
  method: 'GET' | 'PUT' | 'POST'
  path: string
  body?: object
  traceId: string
}

/** The reservations of products as orders uses them. No call is repeated here: that is for the saga to decide. */
export function createProductsClient(options: ProductsClientOptions): ProductsClient {
  const { tokens, timeoutMs, holdSeconds } = options
  const base = options.url.pathname.replace(/\/$/, '')
  const pool = new Pool(options.url.origin, {
    connections: 64,
    pipelining: 1,
    allowH2: false,
    connect: { timeout: timeoutMs },
    headersTimeout: timeoutMs + 1_000,
    bodyTimeout: timeoutMs + 1_000,
    maxResponseSize: 16 * 1024 * 1024,
  })

  async function send(call: Call, token: string, signal: AbortSignal) {
    const { statusCode, headers, body } = await pool.request({
      method: call.method,
      path: `${base}${call.path}`,
      headers: {
        authorization: `Bearer ${token}`,
        accept: 'application/json',
        'x-request-id': call.traceId,
        ...(call.body && { 'content-type': 'application/json' }),
      },
      body: call.body ? JSON.stringify(call.body) : null,
      signal,
    })
    const text = await body.text()
    return { status: statusCode, type: String(headers['content-type'] ?? ''), text }
  }

  async function exchange(call: Call) {
    const signal = AbortSignal.timeout(timeoutMs)
    const token = await before(signal, tokens.token())
    const answer = await send(call, token, signal)
    if (answer.status !== 401) return answer
    // Keys may have changed: one fresh token, then it is for an operator to mend.
    tokens.drop(token)
    return send(call, await before(signal, tokens.token()), signal)
  }

  async function ask<T>(call: Call, read: (document: unknown) => T | undefined): Promise<Answer<T>> {
    let answer: Awaited<ReturnType<typeof send>>
    try {
      answer = await exchange(call)
    } catch (error) {
      return { kind: 'unclear', why: nameOf(error) }
    }
    const document = parse(answer.text)
    if (answer.status === 200 || answer.status === 201) {
      const value = read(document)
      return value === undefined
        ? { kind: 'unclear', why: `products answered ${answer.status} in an unknown shape` }
        : { kind: 'done', value }
    }
    const refusal = readRefusal(answer.status, answer.type, document)
    return refusal
      ? { kind: 'refused', refusal }
      : { kind: 'unclear', why: `products answered ${answer.status}` }
  }

  const pathOf = (id: string) => `/reservations/${encodeURIComponent(id)}`
  const anything = (document: unknown) => (document === undefined ? undefined : true)

  return {
    hold({ id, orderId, lines }, traceId): Promise<Answer<Reservation>> {
      const body = {
        reference: { type: 'ORDER', id: orderId },
        expires_in: `PT${holdSeconds}S`,
        lines: lines.map(({ lineId, sku, quantity }) => ({ line_id: lineId, sku, quantity })),
      }
      return ask({ method: 'PUT', path: pathOf(id), body, traceId }, readReservation)
    },
    ask: (id, traceId) => ask({ method: 'GET', path: pathOf(id), traceId }, readReservation),
    confirm: (id, traceId) =>
      ask({ method: 'PUT', path: `${pathOf(id)}/confirmation`, body: {}, traceId }, readReservation),
    release(id, totals, traceId) {
      const body = totals ? { lines: totals.map(onWire) } : {}
      return ask({ method: 'PUT', path: `${pathOf(id)}/release`, body, traceId }, anything)
    },
    consume(id, fulfillmentId, lines, traceId) {
      const body = { fulfillment_id: fulfillmentId, lines: lines.map(onWire) }
      return ask({ method: 'POST', path: `${pathOf(id)}/consumptions`, body, traceId }, anything)
    },
    close: () => pool.destroy(),
  }
}

const onWire = ({ lineId, quantity }: LineQuantity) => ({ line_id: lineId, quantity })

/** Waits for the promise no longer than the signal allows. */
function before<T>(signal: AbortSignal, promise: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason), { once: true })
    promise.then(resolve, reject)
  })
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** The name of a failure without addresses. */
function nameOf(error: unknown): string {
  const { code, name, message } = error as { code?: unknown; name?: string; message?: string }
  if (name === 'TimeoutError') return 'products did not answer in time'
  if (message?.startsWith('no token:')) return message
  return typeof code === 'string' ? code : (name ?? 'failed')
}
