import type { Readable } from 'node:stream'
import type { ErrorCode } from '../../errors/catalog.ts'
import { Refusal } from '../../errors/refusal.ts'
import { swallow } from '../../wire/swallow.ts'

/** Refuses a request whose body is still coming: its connection ends, once the client had time to read why. */
export function turnAway(
  source: Readable,
  code: ErrorCode,
  { detail, headers }: { detail?: string; headers?: Record<string, string> } = {},
): Refusal {
  const said = { ...(detail !== undefined && { detail }), headers: { ...headers, connection: 'close' } }
  // 1-listen sees to a body that nobody has begun to read.
  const begun = source.readableFlowing !== null
  return new Refusal(code, { ...said, ...(begun && { linger: swallow(source) }) })
}
