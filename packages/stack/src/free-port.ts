import { randomInt } from 'node:crypto'
import { createServer } from 'node:net'

/**
 * Systems give out higher ports by themselves, to every outgoing connection and to whoever listens on port 0: one of
 * those would soon be somebody else's, while this one is only taken by who asks for it.
 */
const LOWEST = 20_000
const HIGHEST = 32_767
const MOST_TRIES = 1_000
/** Nobody listens yet on what was given out a moment ago. */
const given = new Set<number>()

/**
 * A loopback port that nobody listens on now. Somebody may take it before you do: whoever can listen on port 0
 * should do that, this is for programs that cannot.
 */
export async function freePort(): Promise<number> {
  for (let tries = 0; tries < MOST_TRIES; tries++) {
    const port = randomInt(LOWEST, HIGHEST + 1)
    if (given.has(port)) continue
    given.add(port)
    if ((await whyTaken(port)) === undefined) return port
  }
  throw new Error(`no free port between ${LOWEST} and ${HIGHEST} on 127.0.0.1`)
}

/** Undefined where one can listen on this loopback port, or the code of why not. */
export function whyTaken(port: number): Promise<string | undefined> {
  return new Promise((resolve) => {
    const probe = createServer()
    probe.once('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message))
    probe.listen(port, '127.0.0.1', () => probe.close(() => resolve(undefined)))
  })
}
