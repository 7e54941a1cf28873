import { Refusal } from '../../errors/refusal.ts'
import { type Dispatch, enter } from '../context.ts'
import type { Endpoints } from './endpoints.ts'
import { failureOf } from './failure-map.ts'

/** undici measures pauses in steps of about a second. */
const SHORTEST_PAUSE_MS = 1_000

/** Sends a request to one endpoint of a service, once: repeating it is for 7-resilience to decide. */
export function sendTo(endpoints: Endpoints, stage: string): Dispatch {
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
    const options = { path, method: method as 'GET', headers, body, signal: cancel, bodyTimeout }
    endpoint.pool.request(options, (error, answer) => {
      request.upstreamMs = performance.now() - started
      if (error) {
        leave()
        return done(failureOf(error))
      }
      request.costSaid = answer.headers['stockgate-cost'] ?? null
      answer.body.once('close', leave)
      answer.body.once('error', () => {
        // With the client gone this is only the end of the pipe.
        if (!reply.raw.destroyed) request.error ??= 'GW_UPSTREAM_CUT'
      })
      if (answer.statusCode < 200 || answer.statusCode > 599) {
        answer.body.destroy()
        return done(new Refusal('GW_UPSTREAM_PROTOCOL'))
      }
      done(null, answer)
    })
  }
}
