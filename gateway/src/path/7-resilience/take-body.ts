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
const LATER = { headers: { 'retry-after': '1' } }

/**
 * Takes the body in, up to the limit of the route, its length announced or not: a client that sends slowly then holds
 * no connection and no place of the service. What is larger, or finds no memory left, streams from there on; at most
 * `streams` do at a time to one service, so that other requests always find a place. A coded body is decoded first.
 */
export function takeBody(budget: Budget, streams: number): (inner: Dispatch) => Dispatch {
  let streaming = 0

  /** Sends on what has come in, and the rest as it comes. */
  function stream(source: Readable, gathered: Gathered, parts: Parts): void {
    const { outbound, inner, done } = parts
    const { request, plan, headers } = outbound
    if (streaming >= streams) {
      gathered.release()
      done(turnAway(source, 'GW_BULKHEAD', LATER))
      return
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
      done(turnAway(source, 'GW_BODY_SIZE', tooLargeFor(plan.bodyLimit)))
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
    if (announced > limit) return done(turnAway(source, 'GW_BODY_SIZE', tooLargeFor(limit)))

    const parts: Parts = { outbound, inner, done, budget }
    const gathered = new Gathered(budget)
    const most = coding === null ? Math.min(limit, GATHERED_MOST) : limit

    const stop = (): void => {
      source.removeListener('data', take).removeListener('end', end).removeListener('close', left)
      request.giveUp = null
    }
    const refuse = (refusal: Error): void => {
      stop()
      gathered.release()
      // The rest is still read, and thrown away.
      source.resume()
      done(refusal)
    }
    const take = (chunk: Buffer): void => {
      request.bodyBytes += chunk.length
      if (request.bodyBytes > limit) refuse(turnAway(source, 'GW_BODY_SIZE', tooLargeFor(limit)))
      else if (request.bodyBytes <= most && gathered.add(chunk)) return
      else if (coding !== null) refuse(turnAway(source, 'GW_BULKHEAD', LATER))
      else {
        stop()
        source.pause()
        source.unshift(chunk)
        request.bodyBytes -= chunk.length
        stream(source, gathered, parts)
      }
    }
    const end = (): void => {
      stop()
      if (coding === null) sendWhole(gathered.bytes(), parts, () => gathered.release())
      else sendDecoded(gathered, coding as RequestEncoding, limit, parts)
    }
    const left = (): void => refuse(new Refusal('GW_CLIENT_GONE'))
    request.giveUp = refuse
    source.on('data', take).once('end', end).once('close', left)
    source.once('error', () => {})
  }
}

interface Parts {
  readonly outbound: Outbound
  readonly inner: Dispatch
  readonly done: Done
  readonly budget: Budget
}

/** Sends a body that is here; `release` is called when it is not needed any more. */
function sendWhole(body: Buffer | null, { outbound, inner, done }: Parts, release: () => void): void {
  outbound.body = body
  inner(outbound, (error, answer) => {
    outbound.body = null
    release()
    done(error, answer)
  })
}

function sendDecoded(gathered: Gathered, coding: RequestEncoding, limit: number, parts: Parts): void {
  const { outbound, done, budget } = parts
  const room = mostDecoded(gathered.size, limit)
  if (!budget.take(room)) {
    gathered.release()
    done(new Refusal('GW_BULKHEAD', LATER))
    return
  }
  dropCodings(outbound.headers)
  decode(gathered.bytes() ?? Buffer.alloc(0), coding, room)
    .finally(() => gathered.release())
    .then(
      (body) => {
        budget.give(room - body.length)
        sendWhole(body.length === 0 ? null : body, parts, () => budget.give(body.length))
      },
      (error: Error) => {
        budget.give(room)
        done(error)
      },
    )
}

function tooLargeFor(limit: number): { detail: string } {
  return { detail: `The body is larger than ${limit} bytes.` }
}
