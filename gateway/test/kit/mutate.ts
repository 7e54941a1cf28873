/** A source of numbers that is the same in every run. */
export function seeded(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

const LETTERS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'
const FOREIGN = '+/=. \n\t\0"%é'

type Mutation = (token: string, other: string, random: () => number) => string

const upTo = (most: number, random: () => number): number => Math.floor(random() * most)
const parts = (token: string): string[] => token.split('.')

/** Ways to make another text of a token. `other` is a second good token. */
const MUTATIONS: Readonly<Record<string, Mutation>> = {
  'another letter': (token, _other, random) => {
    const at = upTo(token.length, random)
    return token.slice(0, at) + LETTERS[upTo(64, random)] + token.slice(at + 1)
  },
  'a bit of the bytes': (token, _other, random) => {
    const segments = parts(token)
    const which = upTo(3, random)
    const bytes = Buffer.from(segments[which] as string, 'base64url')
    const at = upTo(bytes.length * 8, random)
    bytes[at >> 3] = (bytes[at >> 3] as number) ^ (1 << (at & 7))
    return segments.with(which, bytes.toString('base64url')).join('.')
  },
  'a foreign character': (token, _other, random) => {
    const at = upTo(token.length + 1, random)
    return token.slice(0, at) + FOREIGN[upTo(FOREIGN.length, random)] + token.slice(at)
  },
  'cut at the end': (token, _other, random) => token.slice(0, upTo(token.length, random)),
  'cut at the beginning': (token, _other, random) => token.slice(1 + upTo(token.length - 1, random)),
  'a piece missing': (token, _other, random) => {
    const at = upTo(token.length, random)
    return token.slice(0, at) + token.slice(at + 1 + upTo(8, random))
  },
  'a piece twice': (token, _other, random) => {
    const at = upTo(token.length, random)
    return token.slice(0, at) + token.slice(Math.max(0, at - 1 - upTo(8, random)))
  },
  'two letters changed about': (token, _other, random) => {
    const [one, two] = [upTo(token.length, random), upTo(token.length, random)]
    const letters = [...token]
    ;[letters[one], letters[two]] = [letters[two] as string, letters[one] as string]
    return letters.join('')
  },
  'a twin of the last letter': (token, _other, random) => {
    const segments = parts(token)
    const which = upTo(3, random)
    const segment = segments[which] as string
    const twin = LETTERS[(LETTERS.indexOf(segment.at(-1) as string) & ~3) | upTo(4, random)]
    return segments.with(which, segment.slice(0, -1) + twin).join('.')
  },
  'in plain base64': (token, _other, random) => {
    const segments = parts(token)
    const which = upTo(3, random)
    const text = Buffer.from(segments[which] as string, 'base64url').toString('base64')
    return segments.with(which, text).join('.')
  },
  'a part of another token': (token, other, random) => {
    const which = upTo(3, random)
    return parts(token)
      .with(which, parts(other)[which] as string)
      .join('.')
  },
  'parts in another order': (token, _other, random) => {
    const [a, b, c] = parts(token)
    const orders = [
      [a, c, b],
      [b, a, c],
      [b, c, a],
      [c, a, b],
      [c, b, a],
      [a, a, c],
      [a, b],
      [a, b, c, c],
      [a, b, ''],
    ]
    return (orders[upTo(orders.length, random)] as string[]).join('.')
  },
  'the halves of the signature changed about': (token) => {
    const [header, claims, signature = ''] = parts(token)
    const bytes = Buffer.from(signature, 'base64url')
    return `${header}.${claims}.${Buffer.concat([bytes.subarray(32), bytes.subarray(0, 32)]).toString('base64url')}`
  },
  'another header': (token, _other, random) => {
    const [header = '', claims, signature] = parts(token)
    const read = JSON.parse(Buffer.from(header, 'base64url').toString())
    const changes = [
      { alg: 'none' },
      { alg: 'HS256' },
      { alg: 'es256' },
      { kid: 'x' },
      { typ: 'JWT' },
      { crit: [] },
      { a: 1 },
    ]
    const changed = { ...read, ...changes[upTo(changes.length, random)] }
    return `${Buffer.from(JSON.stringify(changed)).toString('base64url')}.${claims}.${signature}`
  },
  'other claims': (token, _other, random) => {
    const [header, claims = '', signature] = parts(token)
    const read = JSON.parse(Buffer.from(claims, 'base64url').toString())
    const changes = [
      { sub: 'admin' },
      { scope: 'ops:write' },
      { exp: read.exp + 1 },
      { aud: [read.aud] },
      { jti: 'x' },
    ]
    const changed = { ...read, ...changes[upTo(changes.length, random)] }
    return `${header}.${Buffer.from(JSON.stringify(changed)).toString('base64url')}.${signature}`
  },
}

/** Names of all ways, in the order of `mutate`. */
export const WAYS: readonly string[] = Object.keys(MUTATIONS)

/** The text that one way makes of a token; it may come out as the token was. */
export function mutate(way: string, token: string, other: string, random: () => number): string {
  return (MUTATIONS[way] as Mutation)(token, other, random)
}
