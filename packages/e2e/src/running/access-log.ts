import { readFileSync } from 'node:fs'
import { join } from 'node:path'

/** What the gateway wrote about one request, as far as tests read it. */
export interface AccessLine {
  /** When the answer ended, in milliseconds since the epoch. */
  readonly ended: number
  readonly began: number
  readonly method: string
  /** The pattern of the manifest. */
  readonly route: string | null
  readonly status: number
  readonly service: string | null
  readonly client: string | null
  readonly error: string | null
}

interface Written extends Omit<AccessLine, 'ended' | 'began'> {
  readonly time: string
  readonly total_ms: number
  readonly verdict?: string
}

/** Every request the gateway of this state folder has answered since its start, oldest first. */
export function readAccessLog(home: string): AccessLine[] {
  const lines = readFileSync(join(home, 'logs', 'gateway.log'), 'utf8')
    .split('\n')
    .slice(0, -1)
  return lines.flatMap((text) => {
    // Other words of a process may stand between its lines.
    const line = text.startsWith('{') ? (JSON.parse(text) as Written) : undefined
    if (line?.verdict === undefined) return []
    const ended = Date.parse(line.time)
    return [{ ...line, ended, began: ended - line.total_ms }]
  })
}
