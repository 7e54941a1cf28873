import { AUDIENCE, type Credentials, signed } from '../site/credentials.ts'
import type { Draft } from './draft.ts'
import type { Draw } from './draw.ts'
import { segment } from './good.ts'
import { salt } from './misplaced-tokens.ts'
import { bytesOfRequest, EITHER, passing, plain } from './request.ts'

/** Tokens in forms that few issuers use and that are good all the same. */
export function unusualToken(draw: Draw, { key, header, claims, now }: Credentials): Omit<Draft, 'family'> {
  const request = plain('GET', `/things/${segment(draw)}`)
  const said = claims({
    jti: salt(draw),
    ...draw.one<Record<string, unknown>>([
      { aud: [AUDIENCE] },
      { nbf: now - 5 },
      { scope: '' },
      { scope: undefined },
      { scope: ' things:read  other ' },
      { extra: draw.unicode(20), deep: { er: [1, 2] } },
      { sub: draw.unicode(10) || 'x' },
    ]),
  })
  const scheme = draw.one(['Bearer', 'bearer', 'BEARER'])
  // Pointing at keys is refused or passed over, as the gateway likes; nothing may be fetched.
  const jku = draw.chance(20)
  const token = signed(key, header(jku ? { jku: 'http://127.0.0.1:1/jwks.json' } : {}), said)
  request.lines.push(`Authorization: ${scheme} ${token}`)
  return {
    kind: 'an unusual token',
    bytes: bytesOfRequest(request),
    expected: [jku ? EITHER : passing(request)],
  }
}
