import { connect, type Socket } from 'node:net'
import { type Answer, readAnswer } from './answer.ts'

/** What came instead of an answer. */
export type Missing = 'closed' | 'silent' | { readonly fault: string }

/** A connection of ours to the gateway. */
export interface Wire {
  write(bytes: Buffer): void
  /** Says that nothing more will be written. */
  finish(): void
  /** The next answer that is final, or why there is none. */
  next(options?: { head?: boolean; withinMs?: number }): Promise<Answer | Missing>
  /** Resolves to what came before the other side closed, or null when it did not in time. */
  untilClosed(withinMs: number): Promise<Buffer | null>
  /** All bytes that came so far. */
  received(): Buffer
  cut(): void
}

/** Long, for a machine with other work to do; a gateway that forgets a request shows all the same. */
const PATIENCE_MS = 15_000
const KEPT = 20_000

export async function openWire(port: number): Promise<Wire> {
  const socket: Socket = connect({ port, host: '127.0.0.1', noDelay: true, allowHalfOpen: true })
  await new Promise<void>((resolve, reject) => {
    socket.once('connect', resolve)
    socket.once('error', reject)
  })
  let held: Buffer = Buffer.alloc(0)
  let all: Buffer = Buffer.alloc(0)
  let ended = false
  let waiting: (() => void) | null = null
  const wake = (): void => {
    const then = waiting
    waiting = null
    then?.()
  }
  const over = (): void => {
    ended = true
    wake()
  }
  socket.on('error', () => {})
  socket.on('data', (chunk: Buffer) => {
    held = held.length === 0 ? chunk : Buffer.concat([held, chunk])
    if (all.length < KEPT) all = Buffer.concat([all, chunk])
    wake()
  })
  socket.on('end', over)
  socket.on('close', over)

  /** Resolves when something has changed; false when nothing did in time. */
  const change = (deadline: number): Promise<boolean> =>
    new Promise((resolve) => {
      const timer = setTimeout(
        () => {
          waiting = null
          resolve(false)
        },
        Math.max(0, deadline - performance.now()),
      )
      waiting = () => {
        clearTimeout(timer)
        resolve(true)
      }
    })

  return {
    write: (bytes) => {
      if (!socket.destroyed && socket.writable) socket.write(bytes)
    },
    finish: () => {
      if (!socket.destroyed && socket.writable) socket.end()
    },
    next: async ({ head = false, withinMs = PATIENCE_MS } = {}) => {
      const deadline = performance.now() + withinMs
      for (;;) {
        const read = readAnswer(held, head, ended)
        if (read.kind === 'fault') return { fault: read.fault }
        if (read.kind === 'whole') {
          held = held.subarray(read.length)
          if (read.answer.status >= 200 || read.answer.status === 101) return read.answer
          continue
        }
        if (ended) return held.length > 0 ? { fault: 'an answer broke off' } : 'closed'
        if (!(await change(deadline))) return 'silent'
      }
    },
    untilClosed: async (withinMs) => {
      const deadline = performance.now() + withinMs
      while (!ended) if (!(await change(deadline))) return null
      return held
    },
    received: () => all,
    cut: () => {
      socket.destroy()
    },
  }
}
