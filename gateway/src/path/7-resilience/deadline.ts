import { Refusal } from '../../errors/refusal.ts'
import type { Dispatch } from '../context.ts'

/**
 * The total time a service has until its answer begins, whatever is tried inside. The answer comes on time even
 * where the call itself is stuck, say waiting for a connection.
 */
export function deadline(): (inner: Dispatch) => Dispatch {
  return (inner) => (outbound, done) => {
    let over = false
    const timer = setTimeout(() => {
      over = true
      const { complete, readableFlowing } = outbound.request.raw
      // A body that still comes in is the client's delay, unless the service does not take it.
      const code = complete || readableFlowing === false ? 'GW_DEADLINE' : 'GW_REQUEST_TIMEOUT'
      const late = new Refusal(code, complete ? {} : { headers: { connection: 'close' } })
      outbound.cancel.giveUp(late)
      done(late)
    }, outbound.plan.deadlineMs)
    inner(outbound, (error, answer) => {
      if (over) {
        answer?.body.on('error', () => {}).destroy()
        return
      }
      clearTimeout(timer)
      done(error, answer)
    })
  }
}
