import type { Credentials } from '../site/credentials.ts'
import { bodyCase } from './bodies.ts'
import { CHUNKS } from './chunks.ts'
import { type Case, type Draft, FAMILIES, type Family, idOf } from './draft.ts'
import { type Draw, drawFor } from './draw.ts'
import { FRAMINGS, places } from './framing.ts'
import { goodRequest } from './good.ts'
import { headerCase, travellingCase } from './headers.ts'
import { MESSAGES } from './messages.ts'
import { parserVectors, vectorCase } from './parser-vectors.ts'
import { bytesOfRequest, passing } from './request.ts'
import { slashCase, targetCase } from './targets.ts'
import { tokenCase } from './tokens.ts'
import { unusualToken } from './unusual-tokens.ts'

type Made = Omit<Draft, 'family'>

/** Of a hundred cases so many are good traffic, which has to be answered. */
const GOOD_PERCENT = 26

const SPOILT: Readonly<Record<Family, (draw: Draw, credentials: Credentials) => Made>> = {
  targets: targetCase,
  headers: headerCase,
  framing: framingCase,
  tokens: tokenCase,
  bodies: bodyCase,
}

/** Good traffic that comes near to what each family attacks. */
const GOOD: Readonly<Record<Family, (draw: Draw, credentials: Credentials) => Made>> = {
  targets: (draw, credentials) => (draw.chance(15) ? slashCase(draw) : goodCase(draw, credentials)),
  headers: travellingCase,
  framing: severalGood,
  tokens: (draw, credentials) =>
    draw.chance(60) ? unusualToken(draw, credentials) : goodCase(draw, credentials),
  bodies: goodCase,
}

/** The case of this number: always the same one, but for the keys and times in its tokens. */
export function caseOf(seed: number, number: number, credentials: Credentials, only?: Family): Case {
  const draw = drawFor(seed, number)
  const chosen = draw.one(FAMILIES)
  const family = only ?? chosen
  const made = (draw.chance(GOOD_PERCENT) ? GOOD : SPOILT)[family](draw, credentials)
  const pauses = made.pauses ?? places(draw, made.bytes.length)
  return { ...made, pauses, family, number, id: idOf(number) }
}

/** Whether every request of a case has to be answered. */
export const isGood = ({ expected }: Draft): boolean => expected.every(({ verdict }) => verdict === 'pass')

function goodCase(draw: Draw, credentials: Credentials): Made {
  const request = goodRequest(draw, credentials)
  return { kind: 'good', bytes: bytesOfRequest(request), expected: [passing(request)] }
}

/** A few good requests in one go, split anywhere. */
function severalGood(draw: Draw, credentials: Credentials): Made {
  const requests = Array.from({ length: 1 + draw.upTo(5) }, (_, at) => goodRequest(draw, credentials, at))
  const bytes = Buffer.concat(requests.map(bytesOfRequest))
  return { kind: 'good, in one go', bytes, expected: requests.map((request) => passing(request)) }
}

function framingCase(draw: Draw, credentials: Credentials): Made {
  if (parserVectors().length > 0 && draw.chance(12))
    return { kind: 'a vector of llhttp', ...vectorCase(draw) }
  const tricks = draw.one([CHUNKS, FRAMINGS, MESSAGES])
  const kind = draw.one(Object.keys(tricks))
  return { kind, ...(tricks[kind] as (typeof tricks)[string])(draw, credentials) }
}
