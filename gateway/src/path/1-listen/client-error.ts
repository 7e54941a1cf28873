import { randomUUID } from 'node:crypto'
import type { Socket } from 'node:net'
import type { ErrorCode } from '../../errors/catalog.ts'
import { Refusal } from '../../errors/refusal.ts'
import { problemMessage } from '../../errors/render.ts'
import { type AccessLine, type Gateway, replyOnSocket } from '../context.ts'

/** How long a refused client may go on sending before the socket is cut. */
const LINGER_MS = 500
const answered = new WeakSet<Socket>()

type Parts = Pick<Gateway, 'settings' | 'log'>

/** Answers what the HTTP parser gave up on. There is no request and no reply, only the socket. */
export function answerClientError(error: NodeJS.ErrnoException, socket: Socket, gateway: Parts): void {
  if (answered.has(socket)) return
  if (error.code === 'ECONNRESET' || !socket.writable) {
    socket.destroy()
    return
  }
  const reply = replyOnSocket.get(socket)
  const underWay = reply !== undefined && !reply.request.raw.complete
  if (underWay && error.code === 'HPE_INVALID_EOF_STATE') {
    // The client left in the middle of its body: the request ends as one whose client is gone.
    socket.destroy()
    return
  }
  const code = codeOf(error)
  if (!underWay) {
    refuseOnSocket(code, socket, gateway)
    return
  }
  answered.add(socket)
  const { request, raw } = reply
  if (raw.writableFinished) {
    hangUp(socket)
    return
  }
  request.error ??= code
  // A second answer would become part of the first, or the answer to an earlier request.
  if (raw.headersSent || raw.socket === null) {
    socket.destroy()
    return
  }
  const refusal = new Refusal(code)
  request.statusSeen = refusal.statusCode
  hangUp(socket, problemMessage(refusal, gateway.settings.PUBLIC_URL, request.id))
}

/** Refuses what never became a request, with a line of its own. Where an earlier answer is due, it is the last. */
export function refuseOnSocket(code: ErrorCode, socket: Socket, gateway: Parts): void {
  answered.add(socket)
  const refusal = new Refusal(code)
  const id = randomUUID().replaceAll('-', '')
  gateway.log.info(lineOf(id, refusal, socket))
  const before = replyOnSocket.get(socket)
  if (before === undefined || before.raw.writableFinished)
    hangUp(socket, problemMessage(refusal, gateway.settings.PUBLIC_URL, id))
  else before.raw.once('close', () => hangUp(socket))
}

/** Ends the connection. Cutting it at once could reset it before the client has read the answer. */
function hangUp(socket: Socket, message = ''): void {
  socket.end(message)
  setTimeout(() => socket.destroy(), LINGER_MS).unref()
}

function codeOf(error: NodeJS.ErrnoException): ErrorCode {
  if (error.code === 'ERR_HTTP_REQUEST_TIMEOUT') return 'GW_REQUEST_TIMEOUT'
  if (error.code === 'HPE_HEADER_OVERFLOW') return 'GW_HEADERS_SIZE'
  return 'GW_MESSAGE'
}

function lineOf(id: string, refusal: Refusal, socket: Socket): AccessLine {
  return {
    request_id: id,
    method: null,
    route: null,
    path: null,
    status: refusal.statusCode,
    address: socket.remoteAddress ?? null,
    client: null,
    tier: null,
    verdict: 'refused',
    limit: null,
    service: null,
    upstream: null,
    bytes_out: 0,
    total_ms: 0,
    upstream_ms: null,
    error: refusal.code,
  }
}
