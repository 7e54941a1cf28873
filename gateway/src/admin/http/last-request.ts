import type { Socket } from 'node:net'
import type { FastifyInstance } from 'fastify'
import { Refusal } from '../../errors/refusal.ts'

interface Requests {
  count: number
  /** The answer that ends the connection was promised. */
  over: boolean
}

/**
 * Ends a connection with the answer to its last request: after `most` of them, and after one that would rather speak
 * another protocol, for nobody knows where the next would begin. What was sent behind it is refused, not served. Node's
 * own count only says that it will close, and answers what comes after with a bare 503.
 */
export function useLastRequest(app: FastifyInstance, most: number): void {
  const bySocket = new WeakMap<Socket, Requests>()
  app.addHook('onRequest', async ({ raw }, reply) => {
    const requests = bySocket.get(raw.socket) ?? { count: 0, over: false }
    bySocket.set(raw.socket, requests)
    requests.count++
    if (requests.over) throw new Refusal('GW_CONNECTION_OVER')
    if (requests.count < most && raw.headers.upgrade === undefined) return
    requests.over = true
    reply.header('connection', 'close')
  })
}
