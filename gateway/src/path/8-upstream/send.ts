import { Refusal } from '../../errors/refusal.ts'
import { ARRIVED, type Dispatch, enter } from '../context.ts'
import { answerFault } from './answer-fault.ts'
import { answerHeaders, type Relocate } from './answer-headers.ts'
import type { Endpoints } from './endpoints.ts'
import { failureOf } from './failure-map.ts'

/** undici measures pauses in steps of about a second. */
const SHORTEST_PAUSE_MS = 1_000

/** Interim answers (1xx) a service may send before its answer. They go no further, and endless ones cost time. */
const MOST_INTERIM = 32

/**
 * Sends a request to one endpoint of a service, once: repeating it is for 7-resilience to decide. What comes back has
 * only such headers as may go on to the client.
 */
export function sendTo(endpoints: Endpoints, stage: string, relocate: Relocate): Dispatch {
  return (outbound, done) => {
    const { request, reply, plan, method, path, headers, body, cancel } = outbound
    enter(request, stage)
    if (cancel.reason !== null) return done(cancel.reason)
    const endpoint = endpoints.pick()
    if (endpoint === undefined)
      return done(new Refusal('GW_NO_ENDPOINT', { headers: { 'retry-after': '1' } }))
    request.upstream = endpoint.name
    const started = performance.now()
    endpoint.inFlight++
    const leave = (): void => {
      endpoint.inFlight--
    }
    // Once begun, an answer may take its time, but not pause for longer than it had to begin.
    const bodyTimeout = Math.max(plan.deadlineMs, SHORTEST_PAUSE_MS)
    let interim = 0
    const onInfo = (): void => {
      if (++interim > MOST_INTERIM) cancel.giveUp(new Refusal('GW_UPSTREAM_PROTOCOL'))
    }
    const options = { path, method: method as 'GET', headers, body, signal: cancel, bodyTimeout, onInfo }
    endpoint.pool.request(options, (error, answer) => {
      request.upstreamMs = performance.now() - started
      if (error) {
        leave()
        return done(failureOf(error))
      }
      const { statusCode, headers: said, body: coming } = answer
      const kept = answerFault(statusCode, said) ? null : answerHeaders(said, relocate)
      if (kept === null) {
        leave()
        coming.on('error', () => {}).destroy()
        return done(new Refusal('GW_UPSTREAM_PROTOCOL'))
      }
      request.costSaid = said['stockgate-cost'] ?? null
      coming.once(ARRIVED, leave)
      coming.once('error', () => {
        // With the client gone this is only the end of the pipe.
        if (!reply.raw.destroyed) request.error ??= 'GW_UPSTREAM_CUT'
      })
      answer.headers = kept
      done(null, answer)
    })
  }
}
