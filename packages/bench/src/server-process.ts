import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'

/** A server under measurement, in a process of its own. */
export interface ServerProcess {
  readonly url: string
  /** User and system time of the process so far, in microseconds. */
  cpuMicros(): Promise<number>
  stop(): Promise<void>
}

const READY_WITHIN_MS = 20_000

/**
 * Starts a module as a process. It is expected to send `{ url }` when it listens, to answer each `cpu` message with
 * `{ cpu }` in microseconds, and to end when the channel closes.
 */
export async function startServer(
  module: string,
  env: Readonly<Record<string, string>> = {},
): Promise<ServerProcess> {
  const child = fork(module, {
    env: { ...process.env, ...env },
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  })
  const exited = once(child, 'exit')
  try {
    const { url } = await answer<{ url: string }>(child)
    return {
      url,
      cpuMicros: async () => {
        child.send('cpu')
        return (await answer<{ cpu: number }>(child)).cpu
      },
      stop: async () => {
        if (child.connected) child.disconnect()
        const late = setTimeout(() => child.kill('SIGKILL'), 5_000)
        await exited
        clearTimeout(late)
      },
    }
  } catch (error) {
    child.kill('SIGKILL')
    throw new Error(`${module} did not start`, { cause: error })
  }
}

async function answer<Message>(child: ChildProcess): Promise<Message> {
  const late = AbortSignal.timeout(READY_WITHIN_MS)
  const ended = once(child, 'exit', { signal: late }).then(([code]) => {
    throw new Error(`it ended with ${code}`)
  })
  ended.catch(() => {})
  const [message] = await Promise.race([once(child, 'message', { signal: late }), ended])
  return message as Message
}
