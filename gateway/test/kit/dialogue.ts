import { connect, type Socket } from 'node:net'
import type { TestScope } from '@stockgate/test-kit'
import { until } from './until.ts'

/** A connection that says bytes and waits for what comes back, as a test wants them. */
export interface Dialogue {
  readonly socket: Socket
  /** All that came back. */
  heard(): string
  say(bytes: string): void
  /** Waits until so many answers have begun. */
  answers(count: number): Promise<string>
  /** Waits until this has come. */
  hear(what: string): Promise<string>
  /** Waits until the other side has closed, and gives all that came back. */
  closed(): Promise<string>
}

/** Opens one; it ends with the test. */
export async function dialogue(t: TestScope, port: number, host = '127.0.0.1'): Promise<Dialogue> {
  const socket = connect(port, host)
  let heard = ''
  let closed = false
  socket.setEncoding('latin1')
  socket.on('data', (text: string) => {
    heard += text
  })
  socket.on('error', () => {})
  socket.once('close', () => {
    closed = true
  })
  t.teardown(() => {
    socket.destroy()
  })
  await until(() => socket.readyState === 'open', 'the connection is open')
  return {
    socket,
    heard: () => heard,
    say: (bytes) => {
      socket.write(bytes, 'latin1')
    },
    answers: async (count) => {
      await until(() => heard.split('HTTP/1.1 ').length > count, `${count} answers, of: ${heard}`)
      return heard
    },
    hear: async (what) => {
      await until(() => heard.includes(what), `${what} came, in: ${heard}`)
      return heard
    },
    closed: async () => {
      await until(() => closed, `the connection is closed, after: ${heard}`)
      return heard
    },
  }
}

/** The statuses of the answers in what was heard, interim ones too. */
export function statusesIn(heard: string): number[] {
  return [...heard.matchAll(/HTTP\/1\.1 (\d{3}) /g)].map(([, status]) => Number(status))
}
