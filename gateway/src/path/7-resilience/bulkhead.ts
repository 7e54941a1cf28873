import { Refusal } from '../../errors/refusal.ts'
import { ARRIVED, type Dispatch } from '../context.ts'

/**
 * At most `most` requests in flight to one service, from sending until its answer has arrived: a service that hangs
 * takes only its own share of the gateway with it.
 */
export function bulkhead(most: number): (inner: Dispatch) => Dispatch {
  let inFlight = 0
  const leave = (): void => {
    inFlight--
  }
  return (inner) => (outbound, done) => {
    if (inFlight >= most) {
      done(new Refusal('GW_BULKHEAD', { headers: { 'retry-after': '1' } }))
      return
    }
    inFlight++
    inner(outbound, (error, answer) => {
      if (answer === undefined) leave()
      else answer.body.once(ARRIVED, leave)
      done(error, answer)
    })
  }
}
