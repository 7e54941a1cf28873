import { Refusal } from '../../errors/refusal.ts'
import { ARRIVED, type Dispatch } from '../context.ts'
import type { WaitingReaders } from './waiting-readers.ts'

/**
 * At most `most` requests in flight to one service, from sending until its answer has arrived: a service that hangs
 * takes only its own share of the gateway with it. Where it is full, a slow reader of an answer makes room.
 */
export function bulkhead(most: number, waiting: WaitingReaders): (inner: Dispatch) => Dispatch {
  let inFlight = 0
  const leave = (): void => {
    inFlight--
  }
  return (inner) => (outbound, done) => {
    if (inFlight >= most && !waiting.makeRoom()) {
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
