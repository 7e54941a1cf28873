import { ProblemError, type ProblemOptions } from '@stockgate/problem'
import { catalog, type ErrorCode } from './catalog.ts'

/** A catalogued error on its way to the client. Any stage throws it; 9-respond renders it. */
export class Refusal extends ProblemError {
  readonly code: ErrorCode
  /** The answer is sent at once but not ended before this settles: a connection closed while the client still sends is
   * reset, and the client may never read what it was told. */
  readonly linger: Promise<void> | undefined

  constructor(code: ErrorCode, options: ProblemOptions & { linger?: Promise<void> } = {}) {
    const { kind, detail } = catalog[code]
    const { linger, ...rest } = options
    super(kind, { detail, ...rest })
    this.name = 'Refusal'
    this.code = code
    this.linger = linger
  }
}

/** Whatever was thrown, as a catalogued error. What is not foreseen becomes GW_INTERNAL, its text never shown. */
export function refusalOf(error: unknown): Refusal {
  if (error instanceof Refusal) return error
  const { code, statusCode } = (error ?? {}) as { code?: unknown; statusCode?: unknown }
  if (code === 'FST_ERR_CTP_INVALID_MEDIA_TYPE') return new Refusal('GW_MEDIA_TYPE', { cause: error })
  if (code === 'FST_ERR_CTP_INVALID_CONTENT_LENGTH') return new Refusal('GW_BODY_LENGTH', { cause: error })
  if (statusCode === 400) return new Refusal('GW_MESSAGE', { cause: error })
  return new Refusal('GW_INTERNAL', { cause: error })
}
