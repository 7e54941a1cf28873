import { randomBytes } from 'node:crypto'
import { Agent, request } from 'node:http'
import { base64url, type Forge } from '../../test/kit/forge.ts'
import { AUDIENCE, ISSUER } from './issuer.ts'

/** Answers by status; 0 for none at all. */
export type Tally = Map<number, number>

export interface Load {
  readonly valid: Tally
  readonly flood: Tally
  stop(): Promise<void>
}

/** Steps of this length; what a busy machine missed is made up for in the next. */
const STEP_MS = 5
/** Requests of the flood in flight to all gateways: as fast as they answer, and no faster. */
const FLOOD_IN_FLIGHT = 48

const agent = new Agent({ keepAlive: true, maxSockets: 256 })

/** One call with a token; resolves with the status, 0 where there was no answer. */
export function ask(url: string, token: string): Promise<number> {
  return new Promise((resolve) => {
    const call = request(
      `${url}/things`,
      { agent, headers: { authorization: `Bearer ${token}` } },
      (answer) => {
        answer.resume()
        answer.once('end', () => resolve(answer.statusCode ?? 0))
        answer.once('error', () => resolve(0))
      },
    )
    call.once('error', () => resolve(0))
    call.end()
  })
}

export interface LoadOptions {
  readonly urls: readonly string[]
  /** The key the next valid token is signed with. */
  readonly key: () => Forge
  readonly validPerSecond: number
  readonly floodPerSecond: number
}

/** Valid tokens at a fixed rate, each a fresh one, and beside them tokens of random kids at up to another. */
export function startLoad({ urls, key, validPerSecond, floodPerSecond }: LoadOptions): Load {
  const [valid, flood]: Tally[] = [new Map(), new Map()] as [Tally, Tally]
  const pending = new Set<Promise<void>>()
  const began = performance.now()
  let [sent, flooded, floodInFlight] = [0, 0, 0]

  const send = (tally: Tally, token: string, turn: number): Promise<void> => {
    const url = urls[turn % urls.length] as string
    const asked = ask(url, token).then((status) => void tally.set(status, (tally.get(status) ?? 0) + 1))
    pending.add(asked)
    return asked.finally(() => pending.delete(asked))
  }
  const timer = setInterval(() => {
    const seconds = (performance.now() - began) / 1000
    for (; sent < seconds * validPerSecond; sent++)
      void send(valid as Tally, key().token({ scope: 'things:read', sub: `user ${sent}` }), sent)
    for (; flooded < seconds * floodPerSecond && floodInFlight < FLOOD_IN_FLIGHT; flooded++) {
      floodInFlight++
      void send(flood as Tally, strangersToken(), flooded).finally(() => floodInFlight--)
    }
    // What could not be sent is not owed.
    flooded = Math.max(flooded, Math.floor(seconds * floodPerSecond) - FLOOD_IN_FLIGHT)
  }, STEP_MS)
  return {
    valid: valid as Tally,
    flood: flood as Tally,
    stop: async () => {
      clearInterval(timer)
      await Promise.all(pending)
    },
  }
}

const NOW = Math.floor(Date.now() / 1000)
const CLAIMS = base64url({
  iss: ISSUER,
  aud: AUDIENCE,
  sub: 'x',
  client_id: 'x',
  iat: NOW,
  exp: NOW + 86_400,
})
const SIGNATURE = `${'A'.repeat(85)}A`

/** A token that is right in all but its key, which nobody has. */
function strangersToken(): string {
  return `${base64url({ alg: 'ES256', typ: 'at+jwt', kid: randomBytes(16).toString('hex') })}.${CLAIMS}.${SIGNATURE}`
}
