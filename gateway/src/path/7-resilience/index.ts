import { type Dispatch, enter, type Stage } from '../context.ts'
import { bodyLimit } from './body-limit.ts'
import { bulkhead } from './bulkhead.ts'
import { clientGone } from './client-gone.ts'
import { deadline } from './deadline.ts'

const NAME = '7-resilience'

/**
 * What stands between a request and its service, one concern a file. Refuses a body over the limit (413), a service
 * that is full (503) and one that is late (504); cancels what nobody waits for any more.
 */
export const resilience: Stage = {
  name: NAME,

  install: (app, { settings }) => {
    app.decorate('guarded', (_service: string, inner: Dispatch): Dispatch => {
      // Outside to inside, as a request meets them. Retry, breaker and the deadline of an attempt belong last.
      const ring = [
        clientGone(),
        bodyLimit(settings.BODY_LIMIT),
        bulkhead(settings.SERVICE_CONCURRENCY),
        deadline(),
      ]
      const guarded = ring.reduceRight((dispatch, wrap) => wrap(dispatch), inner)
      return (outbound, done) => {
        enter(outbound.request, NAME)
        guarded(outbound, done)
      }
    })
  },
}
