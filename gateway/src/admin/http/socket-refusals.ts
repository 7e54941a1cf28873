import type { Socket } from 'node:net'
import type { FastifyInstance, FastifyReply } from 'fastify'
import type { ErrorCode } from '../../errors/catalog.ts'
import { Refusal } from '../../errors/refusal.ts'
import { problemMessage } from '../../errors/render.ts'

/** How long a refused client may go on sending before the socket is cut. */
const LINGER_MS = 500

/** Answers what never became a request, and what the parser gave up on in the middle of one. */
export class SocketRefusals {
  readonly #publicUrl: string
  readonly #newId: () => string
  readonly #answered = new WeakSet<Socket>()
  /** The reply to the newest request of a connection. */
  readonly #replies = new WeakMap<Socket, FastifyReply>()

  constructor(publicUrl: string, newId: () => string) {
    this.#publicUrl = publicUrl
    this.#newId = newId
  }

  install(app: FastifyInstance): void {
    app.addHook('onRequest', async (request, reply) => {
      this.#replies.set(request.raw.socket, reply)
    })
    // Without listeners Node would end the first without a word and answer the second by itself.
    app.server.on('connect', (_request, socket: Socket) => {
      socket.on('error', () => {})
      this.#refuse('GW_TARGET', socket)
    })
    app.server.on('checkExpectation', (request, response) => app.routing(request, response))
  }

  /** For `clientErrorHandler`. */
  readonly onError = (error: NodeJS.ErrnoException, socket: Socket): void => {
    if (this.#answered.has(socket)) return
    if (error.code === 'ECONNRESET' || !socket.writable) {
      socket.destroy()
      return
    }
    this.#refuse(codeOf(error), socket)
  }

  #refuse(code: ErrorCode, socket: Socket): void {
    this.#answered.add(socket)
    const before = this.#replies.get(socket)
    const isBroken = before !== undefined && !before.request.raw.complete
    const isAnswered = before === undefined || before.raw.writableFinished
    // An earlier request is due its answer, which then is the last.
    if (!isAnswered && !isBroken) before.raw.once('close', () => hangUp(socket, ''))
    // A second answer would become part of the first.
    else if (!isAnswered && before.raw.headersSent) socket.destroy()
    // One whose body breaks after it was answered gets no second answer.
    else if (isAnswered && isBroken) hangUp(socket, '')
    else hangUp(socket, problemMessage(new Refusal(code), this.#publicUrl, this.#newId()))
  }
}

/** Ends the connection. Cutting it at once could reset it before the client has read the answer. */
function hangUp(socket: Socket, message: string): void {
  socket.end(message)
  setTimeout(() => socket.destroy(), LINGER_MS).unref()
}

function codeOf({ code }: NodeJS.ErrnoException): ErrorCode {
  if (code === 'ERR_HTTP_REQUEST_TIMEOUT') return 'GW_REQUEST_TIMEOUT'
  return code === 'HPE_HEADER_OVERFLOW' ? 'GW_HEADERS_SIZE' : 'GW_MESSAGE'
}
