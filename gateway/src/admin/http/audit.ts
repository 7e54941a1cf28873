import type { FastifyRequest } from 'fastify'
import type { Logger } from 'pino'

/** What an operator did. Never the text of a key, nor a document. */
export interface Deed {
  readonly action: string
  /** The revision of the policy that came of it, where one did. */
  readonly revision?: number
  readonly reason?: string
  /** What it was done to: the id of an override or a key, the name of a candidate. */
  readonly target?: string
}

/** The one line every successful write leaves in the log. */
export function audit(log: Logger, request: FastifyRequest, deed: Deed): void {
  log.info(
    { audit: true, actor: request.operator, ...deed, request_id: request.id },
    'changed by an operator',
  )
}
