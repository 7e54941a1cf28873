import { Refusal } from '../../errors/refusal.ts'
import type { Dispatch } from '../context.ts'

/**
 * When the client leaves before its answer began, the call to the service is given up too. One that left while its
 * token was checked is not called for at all: its line is written, and would name no service.
 */
export function clientGone(): (inner: Dispatch) => Dispatch {
  return (inner) => (outbound, done) => {
    const response = outbound.reply.raw
    const leave = (): void => {
      outbound.cancel.giveUp(new Refusal('GW_CLIENT_GONE'))
    }
    if (response.closed || response.destroyed) return done(new Refusal('GW_CLIENT_GONE'))
    response.once('close', leave)
    inner(outbound, (error, answer) => {
      // From here on the body is piped to the client, and ends with it.
      response.removeListener('close', leave)
      done(error, answer)
    })
  }
}
