import type { FastifyRequest } from 'fastify'
import type { Logger } from 'pino'
import { Refusal } from '../../errors/refusal.ts'
import { Unavailable } from '../../journal/index.ts'

/** What an operator did. Never the text of a key, nor a document. */
export interface Deed {
  readonly action: string
  /** The revision of the policy that came of it, where one did. */
  readonly revision?: number
  readonly reason?: string
  /** What it was done to: the id of an override or a key, the name of a candidate. */
  readonly target?: string
}

/**
 * Does what an operator asks. Where nobody can tell whether it was done, a line in the log says who asked for what:
 * if it was, there would be none otherwise.
 */
export async function audited<Result>(
  log: Logger,
  request: FastifyRequest,
  deed: Deed,
  change: () => Promise<Result>,
): Promise<Result> {
  try {
    return await change()
  } catch (error) {
    const cause = error instanceof Refusal ? error.options.cause : error
    if (cause instanceof Unavailable && cause.unsure)
      log.warn(
        { audit: true, actor: request.operator, ...deed, outcome: 'unknown', request_id: request.id },
        'perhaps changed by an operator: the store did not confirm it',
      )
    throw error
  }
}

/** The one line every successful write leaves in the log. */
export function audit(log: Logger, request: FastifyRequest, deed: Deed): void {
  log.info(
    { audit: true, actor: request.operator, ...deed, request_id: request.id },
    'changed by an operator',
  )
}
