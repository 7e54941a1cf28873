import { CANARY } from './draft.ts'
import type { Draw } from './draw.ts'

/** What makes one token another than the next. */
export const salt = (draw: Draw): string => draw.text('abcdef0123456789', 1, 8)

/** Ways to bring a good token along that are none. */
export const MISPLACED: Readonly<
  Record<string, (draw: Draw, good: string) => { lines: string[]; query?: string }>
> = {
  'no credential': (draw) => ({ lines: draw.chance(50) ? [`X-Note: ${salt(draw)}`] : [] }),
  'in the query': (draw, good) => ({
    lines: [],
    query: `?${draw.one(['access_token', 'token', 'authorization', 'jwt'])}=${good}`,
  }),
  'in a cookie': (draw, good) => ({
    lines: [`Cookie: ${draw.one(['access_token', 'authorization', 'Bearer'])}=${good}`],
  }),
  'under another name': (draw, good) => ({
    lines: [
      `${draw.one(['X-Authorization', 'Authorisation', 'X-Access-Token', 'X-Forwarded-Authorization', 'Proxy-Authorization', 'Authorization_', 'X_Authorization'])}: Bearer ${good}`,
    ],
  }),
  'another scheme': (draw, good) => ({
    lines: [
      `Authorization: ${draw.one([`Basic ${good}`, `Token ${good}`, good, `Bearer:${good}`, `Bearer${good}`, `JWT ${good}`, 'Bearer', 'Bearer ', `"Bearer ${good}"`, `Bearer "${good}"`, `Bearer ${good},`, `Bearer ${good}, Bearer ${good}`, `Bearer Bearer ${good}`, `Bearer ${good} x`, 'Basic YTpi', ''])}`,
    ],
  }),
  twice: (draw, good) => ({
    lines: draw.one([
      [`Authorization: Bearer ${good}`, `Authorization: Bearer ${good}`],
      [`Authorization: Bearer ${good}`, `authorization: Basic ${salt(draw)}`],
      ['Authorization: ', `Authorization: Bearer ${good}`],
    ]),
  }),
  'a key that is none': (draw) => ({
    lines: [
      `X-API-Key: ${draw.one(['', 'x', `sk_live_${salt(draw)}`, draw.text('abc_XYZ0189-', 1, 80), `${CANARY}\xe9`])}`,
    ],
  }),
  'a token and a key': (draw, good) => ({
    lines: [`Authorization: Bearer ${good}`, `X-API-Key: ${salt(draw)}`],
  }),
}
