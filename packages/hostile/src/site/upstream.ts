import { createServer, type Server, type Socket } from 'node:net'
import { CANARY } from '../cases/draft.ts'
import { type Message, readMessage } from './message.ts'

/** A request a service saw. `whole` is false while, or because, its body did not end. */
export interface Seen extends Omit<Message, 'body'> {
  readonly caseId: string
  whole: boolean
  body: Buffer
}

export interface Recording {
  readonly port: number
  /** Everything that arrived, by what its X-Case says. */
  readonly byCase: ReadonlyMap<string, Seen[]>
  readonly seen: readonly Seen[]
  /** Bytes that were no request. */
  readonly faults: readonly string[]
  /** Lets go of the bodies of a case that has been judged. */
  forgetBodies(caseId: string, requests: number): void
  stop(): Promise<void>
}

const NOTHING = Buffer.alloc(0)

/** Headers of an answer that concern nobody beyond the gateway. */
export const INTERNAL = {
  'X-Hop': CANARY,
  'Keep-Alive': 'timeout=60',
  'Proxy-Authenticate': CANARY,
  'Proxy-Connection': CANARY,
  Upgrade: CANARY,
  Server: CANARY,
  'X-Powered-By': CANARY,
  'Access-Control-Allow-Origin': '*',
  'RateLimit-Policy': CANARY,
  'X-RateLimit-Limit': CANARY,
  'X-Request-Id': CANARY,
} as const

const LINES = Object.entries(INTERNAL)
  .map(([name, value]) => `${name}: ${value}\r\n`)
  .join('')

/**
 * A service that keeps all it is sent and reads it by the letter, with a parser that shares nothing with the
 * gateway's. Each answer says which request it answers.
 */
export async function startRecording(): Promise<Recording> {
  const byCase = new Map<string, Seen[]>()
  const seen: Seen[] = []
  const faults: string[] = []
  const sockets = new Set<Socket>()
  const note = (message: Message, whole: boolean): Seen => {
    const caseId = message.headers.find(([name]) => name.toLowerCase() === 'x-case')?.[1] ?? ''
    const one = { ...message, caseId, whole }
    seen.push(one)
    const others = byCase.get(caseId)
    if (others === undefined) byCase.set(caseId, [one])
    else others.push(one)
    return one
  }

  const server: Server = createServer({ noDelay: true }, (socket) => {
    sockets.add(socket)
    let held: Buffer = Buffer.alloc(0)
    let begun: Seen | null = null
    socket.on('error', () => {})
    socket.on('close', () => sockets.delete(socket))
    socket.on('data', (chunk: Buffer) => {
      held = held.length === 0 ? chunk : Buffer.concat([held, chunk])
      while (held.length > 0) {
        const read = readMessage(held)
        if (read.kind === 'fault') {
          faults.push(`${read.fault} in ${JSON.stringify(held.toString('latin1').slice(0, 600))}`)
          held = Buffer.alloc(0)
          socket.destroy()
          return
        }
        if (read.kind === 'more') {
          if (read.head && begun === null) begun = note({ ...read.head, body: Buffer.alloc(0) }, false)
          return
        }
        const { message, length } = read
        if (begun === null) begun = note(message, true)
        else Object.assign(begun, { whole: true, body: message.body })
        // A copy, or one small body would keep the whole read buffer.
        Object.assign(begun, { body: Buffer.from(message.body) })
        held = held.subarray(length)
        socket.write(answerTo(begun), 'latin1')
        begun = null
      }
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as { port: number }
  return {
    port,
    byCase,
    seen,
    faults,
    forgetBodies: (caseId, requests) => {
      for (let at = 0; at < requests; at++)
        for (const one of byCase.get(`${caseId}.${at}`) ?? []) one.body = NOTHING
    },
    stop: () =>
      new Promise((resolve) => {
        for (const socket of sockets) socket.destroy()
        server.close(() => resolve())
      }),
  }
}

function answerTo({ caseId, method }: Seen): string {
  const body = `answer to ${caseId}\n`
  const head = `HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nX-Echo: ${caseId}\r\nConnection: keep-alive, X-Hop\r\n${LINES}`
  return `${head}Content-Length: ${body.length}\r\n\r\n${method === 'HEAD' ? '' : body}`
}
