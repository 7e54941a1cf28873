import { Readable } from 'node:stream'
import { setTimeout as pause } from 'node:timers/promises'
import { Agent } from 'undici'

/** A call as it goes over the wire: nothing is encoded, mended or left out. */
export interface RawCall {
  readonly method: string
  /** Path and query. */
  readonly path: string
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string
  /** Sends the body without announcing its length. */
  readonly chunked?: boolean
}

export interface RawAnswer {
  readonly status: number
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
  readonly text: string
  /** The JSON of the body, or undefined where it is none. */
  readonly json: Record<string, unknown> | undefined
}

const MOST_WAITS = 100
const agent = new Agent()

/** Sends one call and gives its answer, whatever it is; only a 429 is obeyed: the call comes again after its pause. */
export async function rawCall(gateway: string, call: RawCall): Promise<RawAnswer> {
  const { method, path, headers = {}, body, chunked = false } = call
  for (let wait = 0; ; wait++) {
    const answer = await agent.request({
      origin: gateway,
      method: method as 'GET',
      path,
      headers,
      body: body !== undefined && chunked ? Readable.from([body]) : (body ?? null),
    })
    const text = await answer.body.text()
    const seconds = Number(answer.headers['retry-after'])
    if (answer.statusCode !== 429 || wait === MOST_WAITS)
      return { status: answer.statusCode, headers: answer.headers, text, json: jsonOf(text) }
    await pause(Math.max(0.1, seconds) * 1000)
  }
}

function jsonOf(text: string): Record<string, unknown> | undefined {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
