import type { Socket } from 'node:net'

type Settle = (error?: Error | null) => void
/** How long a service that reads no more has to be heard out. */
const HEARING_MS = 1_000

/**
 * Hears a service out that takes no more of a request. Such a service has often answered before it closed, and the
 * answer lies here unread when the next write fails; Node would drop it with the connection. So a failed write counts
 * only once reading has come to its end. An answer without a length that ends in a reset is no whole answer, whatever
 * undici takes it for.
 */
export function readBeforeFailing(socket: Socket): void {
  // One write is under way at a time, so one function does for all of them.
  let settle: Settle | undefined
  const settled: Settle = (error) => {
    const done = settle as Settle
    settle = undefined
    if (!error || socket.destroyed || socket.readableEnded) return done(error)
    const timer = setTimeout(fail, HEARING_MS)
    function fail(): void {
      clearTimeout(timer)
      socket.removeListener('end', fail).removeListener('close', fail)
      done(error)
    }
    socket.once('end', fail).once('close', fail)
  }
  const { _write: write, _writev: writev } = socket
  socket._write = (chunk, encoding, done) => {
    settle = done
    write.call(socket, chunk, encoding, settled)
  }
  if (writev)
    socket._writev = (chunks, done) => {
      settle = done
      writev.call(socket, chunks, settled)
    }
  // Ours comes first. By this code alone does undici choose.
  socket.prependListener('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'ECONNRESET') error.code = 'ECONNABORTED'
  })
}
