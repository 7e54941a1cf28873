import { type Dispatch, enter, type Stage } from '../context.ts'
import { Budget } from './budget.ts'
import { bulkhead } from './bulkhead.ts'
import { clientGone } from './client-gone.ts'
import { deadline } from './deadline.ts'
import { holdAnswer } from './hold-answer.ts'
import { takeBody } from './take-body.ts'
import { WaitingReaders } from './waiting-readers.ts'

const NAME = '7-resilience'
/** Memory for bodies that are taken in, and for answers that wait for their clients, of all requests together. */
const BODY_MEMORY = 64 * 1024 * 1024
const ANSWER_MEMORY = 64 * 1024 * 1024

/**
 * What stands between a request and its service, one concern a file. Refuses a body over the limit (413) or in a
 * coding that is not taken (415), a service that is full (503) and one that is late (504); cancels what nobody waits
 * for any more.
 */
export const resilience: Stage = {
  name: NAME,

  install: (app, { settings }) => {
    const bodies = new Budget(BODY_MEMORY)
    const answers = new Budget(ANSWER_MEMORY)
    const places = Math.min(settings.SERVICE_CONCURRENCY, settings.UPSTREAM_CONNECTIONS)
    // What lasts as long as its client wants may take half of a service; the rest is for everybody else.
    const half = Math.max(1, Math.floor(places / 2))

    app.decorate('guarded', (_service: string, inner: Dispatch): Dispatch => {
      const waiting = new WaitingReaders(half)
      // Outside to inside, as a request meets them. Retry, breaker and the deadline of an attempt belong last.
      const ring = [
        clientGone(),
        takeBody(bodies, half),
        bulkhead(settings.SERVICE_CONCURRENCY, waiting),
        deadline(),
        holdAnswer(answers, waiting),
      ]
      const guarded = ring.reduceRight((dispatch, wrap) => wrap(dispatch), inner)
      return (outbound, done) => {
        enter(outbound.request, NAME)
        guarded(outbound, done)
      }
    })
  },
}
