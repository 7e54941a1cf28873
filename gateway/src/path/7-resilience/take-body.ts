import type { Readable } from 'node:stream'
import type { RequestEncoding } from '@stockgate/policy-schema'
import { Refusal } from '../../errors/refusal.ts'
import type { Dispatch, Done, Outbound } from '../context.ts'
import type { Budget } from './budget.ts'
import { codingOf, dropCodings } from './coding.ts'
import { decode, mostDecoded } from './decode.ts'
import { Gathered } from './gathered.ts'
import { streamOn } from './stream-on.ts'
import { turnAway } from './turn-away.ts'

/** A body up to this size is taken in whole before its service is bothered, as far as memory goes. */
const GATHERED_MOST = 1024 * 1024
/** What is decoded is held whole, whatever the limit of the route. */
const DECODED_MOST = 16 * 1024 * 1024

/**
 * Takes the body in, up to the limit of the route, its length announced or not: a client that sends slowly then holds
 * no connection and no place of the service. What is larger, or finds no memory left, streams from there on; at most
 * `streams` do at a time to one service, so that other requests always find a place.
 */
export function takeBody(budget: Budget, streams: number): (inner: Dispatch) => Dispatch {
  let streaming = 0

  /** Sends on what has come in, and the rest as it comes. */
  function stream(source: Readable, gathered: Gathered, outbound: Outbound, inner: Dispatch, done: Done): void {
    const { request, plan, headers } = outbound
    if (streaming >= streams) {
      gathered.release()
      return done(turnAway(source, 'GW_BULKHEAD', { headers: { 'retry-after': '1' } }))
    }
    streaming++
    let tooLarge = false
    const announced = request.raw.headers['content-length']
    if (announced !== undefined) headers.push('content-length', announced)
    const counted = streamOn(source, request, {
      far: gathered.bytes(),
      most: plan.bodyLimit,
      onTooLarge: () => {
        tooLarge = true
      },
      onEnd: () => {
        streaming--
        request.giveUp = null
        gathered.release()
      },
    })
    request.giveUp = (refusal) => outbound.cancel.giveUp(refusal)
    outbound.body = counted
    inner(outbound, (error, answer) => {
      if (error) counted.destroy()
      if (!tooLarge) return done(error, answer)
      answer?.body.on('error', () => {}).destroy()
      done(turnAway(source, 'GW_BODY_SIZE', { detail: tooLargeFor(plan.bodyLimit) }))
    })
  }

  return (inner) => (outbound, done) => {
    const { request, plan } = outbound
    const source = outbound.body
    if (source === null || Buffer.isBuffer(source)) return inner(outbound, done)
    const coding = codingOf(request.raw.headers['content-encoding'])
    if (coding !== null && !plan.requestEncodings.includes(coding as RequestEncoding)) {
      const taken = plan.requestEncodings.join(', ') || 'identity'
      return done(turnAway(source, 'GW_CONTENT_CODING', { headers: { 'accept-encoding': taken } }))
    }
    const limit = coding === null ? plan.bodyLimit : Math.min(plan.bodyLimit, DECODED_MOST)
    const announced = Number(request.raw.headers['content-length'] ?? 0)
    if (announced > limit) return done(turnAway(source, 'GW_BODY_SIZE', { detail: tooLargeFor(limit) }))

    const gathered = new Gathered(budget)
    const most = coding === null ? Math.min(limit, GATHERED_MOST) : limit

    const finish = (error: Error | null): void => {
      source.removeListener('data', take).removeListener('end', end).removeListener('close', left)
      request.giveUp = null
      if (error === null) return
      gathered.release()
      // The rest is still read, and thrown away.
      source.resume()
      done(error)
    }
    const take = (chunk: Buffer): void => {
      request.bodyBytes += chunk.length
      if (request.bodyBytes > limit)
        return finish(turnAway(source, 'GW_BODY_SIZE', { detail: tooLargeFor(limit) }))
      if (request.bodyBytes <= most && gathered.add(chunk)) return
      if (coding !== null)
        return finish(turnAway(source, 'GW_BULKHEAD', { headers: { 'retry-after': '1' } }))
      finish(null)
      source.pause()
      source.unshift(chunk)
      request.bodyBytes -= chunk.length
      stream(source, gathered, outbound, inner, done)
    }
    const end = (): void => {
      finish(null)
      const bytes = gathered.bytes()
      const send = (body: Buffer | null, held: () => void): void => {
        outbound.body = body
        inner(outbound, (error, answer) => {
          outbound.body = null
          held()
          done(error, answer)
        })
      }
      if (coding === null) return send(bytes, () => gathered.release())
      dropCodings(outbound.headers)
      const room = mostDecoded(gathered.size, limit)
      if (!budget.take(room)) {
        gathered.release()
        return done(new Refusal('GW_BULKHEAD', { headers: { 'retry-after': '1' } }))
      }
      decode(bytes ?? Buffer.alloc(0), coding as RequestEncoding, room)
        .finally(() => gathered.release())
        .then(
          (body) => {
            budget.give(room - body.length)
            send(body.length === 0 ? null : body, () => budget.give(body.length))
          },
          (error: Error) => {
            budget.give(room)
            done(error)
          },
        )
    }
    const left = (): void => finish(new Refusal('GW_CLIENT_GONE'))
    request.giveUp = finish
    source.on('data', take).once('end', end).once('close', left).once('error', () => {})
  }
}

function tooLargeFor(limit: number): string {
  return `The body is larger than ${limit} bytes.`
}
