import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'
import { type Answer, type Call, ReservationBook } from './reservation-book.ts'

/** What goes wrong with a call to the double. */
export type Fault =
  /** Answered only after so long; the effect comes at once. */
  | { kind: 'slow'; ms: number }
  /** The connection is cut before or after the effect. */
  | { kind: 'cut-before' }
  | { kind: 'cut-after' }
  /** The effect comes, the answer never does. */
  | { kind: 'hang-after' }
  /** Neither comes. */
  | { kind: 'hang-before' }
  | { kind: 'status'; status: number; body?: string }

export interface ProductsDouble {
  readonly url: URL
  readonly book: ReservationBook
  /** Every call in the sequence of its arrival, as `PUT hold`, `GET ask`, `PUT confirm` … */
  readonly calls: string[]
  /** Headers of the last call. */
  last(): IncomingMessage['headers']
  /** The next calls of this name, in turn, go wrong; `*` is any call. */
  fail(name: string, ...faults: Fault[]): void
  /** All calls go wrong until told otherwise. */
  failAll(fault: Fault | undefined): void
  /** The next call of this name that has been recorded, whatever becomes of it. */
  seen(name: string): Promise<void>
  stop(): Promise<void>
  /** Listens again on the same port, with what it knew. */
  start(): Promise<void>
}

/** The reservations of products over real HTTP, speaking the wire contract, with faults on demand. */
export async function productsDouble(
  t: { teardown(end: () => unknown): unknown },
  stock: Record<string, number>,
): Promise<ProductsDouble> {
  const book = new ReservationBook(stock)
  const calls: string[] = []
  const planned = new Map<string, Fault[]>()
  let always: Fault | undefined
  let waiting: { name: string; tell: () => void }[] = []
  let headers: IncomingMessage['headers'] = {}
  let port = 0

  const handle = async (request: IncomingMessage, response: ServerResponse) => {
    let text = ''
    for await (const chunk of request) text += chunk
    headers = request.headers
    const call = readCall(request, text)
    calls.push(call.name)
    for (const one of waiting.filter(({ name }) => name === call.name)) one.tell()
    waiting = waiting.filter(({ name }) => name !== call.name)
    await answer(call, response, planned.get(call.name)?.shift() ?? planned.get('*')?.shift() ?? always)
  }

  const answer = async (call: Call, response: ServerResponse, fault: Fault | undefined) => {
    if (fault?.kind === 'cut-before') return void response.destroy()
    if (fault?.kind === 'hang-before') return
    if (fault?.kind === 'status') return send(response, { status: fault.status, body: fault.body ?? {} })
    const result = book.handle(call)
    if (fault?.kind === 'hang-after') return
    if (fault?.kind === 'cut-after') return void response.destroy()
    if (fault?.kind === 'slow') await delay(fault.ms)
    send(response, result)
  }

  let server = createServer(handle)
  const start = async () => {
    server = createServer(handle)
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject)
      server.listen(port, '127.0.0.1', resolve)
    })
    port = (server.address() as AddressInfo).port
  }
  const stop = () =>
    new Promise<void>((resolve) => {
      server.close(() => resolve())
      server.closeAllConnections()
    })
  await start()
  t.teardown(stop)

  return {
    url: new URL(`http://127.0.0.1:${port}`),
    book,
    calls,
    last: () => headers,
    fail: (name, ...faults) => planned.set(name, [...(planned.get(name) ?? []), ...faults]),
    failAll: (fault) => {
      always = fault
    },
    seen: (name) => new Promise((tell) => waiting.push({ name, tell })),
    stop,
    start,
  }
}

const NAMES: Record<string, string> = {
  'PUT ': 'hold',
  'GET ': 'ask',
  'PUT confirmation': 'confirm',
  'PUT release': 'release',
  'POST consumptions': 'consume',
}

function readCall(request: IncomingMessage, text: string): Call {
  const [, , id = '', part = ''] = (request.url ?? '').split('/')
  const name = NAMES[`${request.method} ${part}`] ?? `${request.method} ${request.url}`
  return { name, id, body: text ? JSON.parse(text) : {} }
}

function send(response: ServerResponse, { status, body }: Answer) {
  const type = status < 400 ? 'application/json' : 'application/problem+json'
  response.writeHead(status, { 'content-type': type })
  response.end(typeof body === 'string' ? body : JSON.stringify(body))
}
