import { ProblemError, type ProblemOptions } from '@stockgate/problem'
import { catalog, type ErrorCode } from './catalog.ts'

/** A catalogued error on its way to the client. Any stage throws it; 9-respond renders it. */
export class Refusal extends ProblemError {
  readonly code: ErrorCode

  constructor(code: ErrorCode, options: ProblemOptions = {}) {
    const { kind, detail } = catalog[code]
    super(kind, { detail, ...options })
    this.name = 'Refusal'
    this.code = code
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
