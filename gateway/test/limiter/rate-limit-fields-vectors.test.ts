import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import {
  type BareItem,
  DisplayString,
  type InnerList,
  type Item,
  serializeList,
  Token,
} from 'structured-headers'
import t from 'tap'

/** One case of the public test suite for structured fields. */
interface Vector {
  readonly name: string
  readonly header_type: string
  readonly raw?: readonly string[]
  readonly canonical?: readonly string[]
  readonly expected?: readonly Member[]
  readonly must_fail?: boolean
}
type Value = number | string | boolean | { readonly __type: string; readonly value: string | number }
type Parameters = readonly (readonly [string, Value])[]
type Member = readonly [Value | readonly Member[], Parameters]

const folder = process.env.STOCKGATE_VECTORS
const skip = folder === undefined && 'STOCKGATE_VECTORS does not name the folder with the public test vectors'

/** A number that is whole is an Integer here; what was written with a point cannot be told apart any more. */
const POINT_ZERO = /\.0(?!\d)/

t.test('our serializer writes every list of the public vectors byte for byte', { skip }, async (t) => {
  let written = 0
  for (const vector of vectors(join(folder as string, 'structured-fields'))) {
    const { name, canonical, raw, expected, must_fail } = vector
    if (vector.header_type !== 'list' || expected === undefined) continue
    if (must_fail) t.throws(() => serializeList(expected.map(memberOf)), name)
    else {
      const [wanted = ''] = canonical ?? raw ?? []
      if (POINT_ZERO.test(wanted)) continue
      t.equal(serializeList(expected.map(memberOf)), wanted, name)
    }
    written++
  }
  t.ok(written > 250, `${written} lists`)
})

function* vectors(place: string): Generator<Vector> {
  for (const entry of readdirSync(place, { withFileTypes: true })) {
    const path = join(place, entry.name)
    if (entry.isDirectory()) yield* vectors(path)
    else if (entry.name.endsWith('.json')) yield* JSON.parse(readFileSync(path, 'utf8')) as Vector[]
  }
}

function memberOf([value, parameters]: Member): Item | InnerList {
  const map = new Map(parameters.map(([key, one]): [string, BareItem] => [key, bareOf(one)]))
  return Array.isArray(value)
    ? [value.map((inner) => memberOf(inner) as Item), map]
    : [bareOf(value as Value), map]
}

function bareOf(value: Value): BareItem {
  if (typeof value !== 'object') return value
  const { __type: type, value: inner } = value
  if (type === 'token') return new Token(String(inner))
  if (type === 'date') return new Date(Number(inner) * 1000)
  if (type === 'displaystring') return new DisplayString(String(inner))
  throw new Error(`no list of the vectors has held a ${type} so far`)
}
