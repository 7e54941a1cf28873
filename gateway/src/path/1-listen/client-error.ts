import { randomUUID } from 'node:crypto'
import { STATUS_CODES } from 'node:http'
import type { Socket } from 'node:net'
import { PROBLEM_JSON } from '@stockgate/problem'
import type { ErrorCode } from '../../errors/catalog.ts'
import { Refusal } from '../../errors/refusal.ts'
import { problemText } from '../../errors/render.ts'
import { type AccessLine, type Gateway, requestOnSocket } from '../context.ts'

/** How long a refused client may go on sending before the socket is cut. */
const LINGER_MS = 500
const answered = new WeakSet<Socket>()

/** Answers what the HTTP parser gave up on. There is no request and no reply, only the socket. */
export function answerClientError(
  error: NodeJS.ErrnoException,
  socket: Socket,
  gateway: Pick<Gateway, 'settings' | 'log' | 'clock'>,
): void {
  if (answered.has(socket)) return
  if (error.code === 'ECONNRESET' || !socket.writable) {
    socket.destroy()
    return
  }
  const broken = requestOnSocket.get(socket)
  const underWay = broken !== undefined && !broken.raw.complete
  if (underWay && error.code === 'HPE_INVALID_EOF_STATE') {
    // The client left in the middle of its body: the request ends as one whose client is gone.
    socket.destroy()
    return
  }
  answered.add(socket)
  const code = codeOf(error)
  const refusal = new Refusal(code)
  const id = underWay ? broken.id : randomUUID().replaceAll('-', '')
  if (underWay) {
    broken.error ??= code
    broken.statusSeen = refusal.statusCode
  } else {
    gateway.log.info(lineOf(id, refusal, socket))
  }
  const body = problemText(refusal, gateway.settings.PUBLIC_URL, id)
  socket.end(
    `HTTP/1.1 ${refusal.statusCode} ${STATUS_CODES[refusal.statusCode]}\r\n` +
      `content-type: ${PROBLEM_JSON}\r\ncontent-length: ${Buffer.byteLength(body)}\r\n` +
      `cache-control: no-store\r\nx-request-id: ${id}\r\nconnection: close\r\n\r\n${body}`,
  )
  // Cutting at once could reset the connection before the client has read the answer.
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
