import { Pool } from 'undici'

export interface Load {
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  /** Requests per second, sent whether or not earlier ones are answered. */
  readonly rate: number
  readonly seconds: number
}

export interface LoadResult {
  readonly sent: number
  /** Answers by status; `failed` counts requests without an answer. */
  readonly statuses: Readonly<Record<string, number>>
  /** Sorted, in milliseconds. */
  readonly latencies: Float64Array
}

const CONNECTIONS = 32
/** Beyond so many unanswered requests the server is plainly overrun; what is due then counts as failed. */
const MOST_IN_FLIGHT = 5_000

/** Sends GET requests at a fixed rate over a few kept connections, and waits for all answers. */
export async function sendLoad({ url, headers, rate, seconds }: Load): Promise<LoadResult> {
  const { origin, pathname } = new URL(url)
  const pool = new Pool(origin, { connections: CONNECTIONS, pipelining: 1 })
  const total = Math.round(rate * seconds)
  const latencies = new Float64Array(total)
  const statuses: Record<string, number> = {}
  let [sent, answered, timed] = [0, 0, 0]
  const count = (status: string): void => {
    statuses[status] = (statuses[status] ?? 0) + 1
    answered++
  }
  const one = async (): Promise<void> => {
    const began = performance.now()
    try {
      const { statusCode, body } = await pool.request({ path: pathname, method: 'GET', headers })
      await body.dump()
      latencies[timed++] = performance.now() - began
      count(String(statusCode))
    } catch {
      count('failed')
    }
  }
  const began = performance.now()
  await new Promise<void>((resolve) => {
    const tick = setInterval(() => {
      const due = Math.min(total, Math.floor(((performance.now() - began) / 1000) * rate))
      for (; sent < due; sent++) {
        if (sent - answered < MOST_IN_FLIGHT) void one()
        else count('failed')
      }
      if (answered < total) return
      clearInterval(tick)
      resolve()
    }, 1)
  })
  await pool.close()
  return { sent, statuses, latencies: latencies.subarray(0, timed).sort() }
}
