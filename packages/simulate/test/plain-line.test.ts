import t from 'tap'
import { accessLogReader, anyLineReader } from '../src/traffic/access-log.ts'
import type { Reading } from '../src/traffic/call.ts'
import { knownCallers, knownRoutes } from '../src/traffic/known.ts'
import { plainLineReader } from '../src/traffic/plain-line.ts'
import { own } from './kit.ts'

const routeOf = () =>
  knownRoutes((service, method, pattern) => ({ service: `${service} ${method} ${pattern}`, limits: [] }))
const quick = accessLogReader(knownCallers(), routeOf())
const plain = plainLineReader(knownCallers(), routeOf())
const slow = anyLineReader(knownCallers(), routeOf())

/** The line in the midst of others, as a reader meets it. */
function within(line: Buffer): [Buffer, number, number] {
  const before = '"status":500,"a":1}\n'
  return [
    Buffer.concat([Buffer.from(before), line, Buffer.from('\n"}1:{')]),
    before.length,
    before.length + line.length,
  ]
}

let seed = 20_260_301
function random(below: number): number {
  seed = (seed * 48_271) % 2_147_483_647
  return seed % below
}

function oneOf<T>(some: readonly T[]): T {
  return some[random(some.length)] as T
}

const NUMBERS = [
  '0',
  '1',
  '-1',
  '-0',
  '01',
  '1.5',
  '1.',
  '.5',
  '1e3',
  '1e999',
  '0.1',
  '123456789012345',
  '0.3000',
]
const MORE_NUMBERS = [
  '9007199254740993',
  '1772359200000',
  '1772359200000.5',
  '199.9999999999999',
  '3.14159265358979',
]
const TEXTS = [
  '"',
  '"a"',
  '""',
  '"limited"',
  '"admitted"',
  '"a\\"b"',
  '"\\u0061"',
  '"é"',
  '"a\tb"',
  '"\\"',
  '"::1"',
  '"}"',
]
const TIMES = [
  '"2026-03-01T10:00:00.000Z"',
  '"2026-02-29T10:00:00.000Z"',
  '"2026-03-01T24:00:00.000Z"',
  '"2026-03-01"',
]
const MORE_TIMES = [
  '"2026-03-01T10:00:60.000Z"',
  '"2026-13-01T10:00:00.000Z"',
  '"2026-03-01 10:00:00.000Z"',
  '1772359200000',
]
const OTHERS = [
  'null',
  'true',
  'false',
  'nul',
  'nullx',
  '{}',
  '{"status":1}',
  '[]',
  '["status",1]',
  '',
  'NaN',
]
const VALUES = [...NUMBERS, ...MORE_NUMBERS, ...TEXTS, ...TIMES, ...MORE_TIMES, ...OTHERS]
const NAMES = Object.keys(JSON.parse(own(0, { sub: 'a', settled: 1, toString: 1, __proto: 1 })))
const HOSTILE = [
  '\\',
  '"',
  ',"status":500,',
  '"status":',
  '}',
  '{',
  ' ',
  '\r',
  '\u0000',
  '\\u0022',
  'é',
  ':',
  ',',
  '__proto__',
]

/** A line of the gateway with one to three things wrong or odd. */
function oddLine(): Buffer {
  const members = Object.entries(
    JSON.parse(own(random(9_999), random(2) ? { sub: '42', settled: 2 } : {})),
  ).map(([name, value]) => [JSON.stringify(name), JSON.stringify(value)] as [string, string])
  for (let times = random(3); times > 0; times--) {
    const place = random(members.length)
    const named: [string, string] = [JSON.stringify(oneOf(NAMES)), oneOf(VALUES)]
    oneOf([
      () => members.splice(place, 1),
      () => members.splice(place, 0, named),
      () => members.splice(place, 1, [members[place]?.[0] ?? '""', oneOf(VALUES)]),
    ])()
  }
  let text = `{${members.map(([name, value]) => `${name}:${value}`).join(',')}}`
  for (let times = random(3); times > 1; times--) {
    const at = random(text.length)
    text = `${text.slice(0, at)}${oneOf(HOSTILE)}${text.slice(at + random(3))}`
  }
  const bytes = Buffer.from(text)
  if (random(20) === 0) bytes[random(bytes.length)] = 128 + random(128)
  return random(20) === 0 ? bytes.subarray(0, random(bytes.length) + 1) : bytes
}

t.test('a line read from its bytes says what JSON.parse says of it, however odd or hostile', async (t) => {
  const seen = { call: 0, malformed: 0, other: 0, plain: 0 }
  for (let round = 0; round < 30_000; round++) {
    const line = oddLine()
    const expected: Reading = slow(line, 0, line.length)
    const place = within(line)
    const found = quick(...place)
    seen[typeof expected === 'string' ? expected : 'call']++
    if (plain(...place) !== undefined) seen.plain++
    if (JSON.stringify(found) === JSON.stringify(expected)) continue
    t.strictSame(found, expected, line.toString())
    return
  }
  for (const [kind, count] of Object.entries(seen)) t.ok(count > 1_000, `${kind}: ${count}`)
})

t.test('a line of the gateway is read from its bytes, unless a text has an escape in it', async (t) => {
  const line = Buffer.from(own(1).trim())
  t.strictSame(plain(...within(line)), slow(line, 0, line.length))
  const escaped = Buffer.from(own(1, { path: '/a","status":500,"b":"\\' }).trim())
  t.equal(plain(...within(escaped)), undefined)
  t.strictSame(quick(...within(escaped)), slow(line, 0, line.length))
})

t.test('callers are told apart whatever their names run into', async (t) => {
  const names = [null, '', 'a', 'b', 'ab', 'b\u00ff', '\u00ffb', 'address']
  for (const client of names)
    for (const sub of names)
      for (const owner of ['', 'claim:a:b', 'claim:ab:b', 'claim:a:\u00ff']) {
        const line = Buffer.from(own(1, { client, sub, owner, address: `192.0.2.${sub?.length}` }).trim())
        t.strictSame(plain(...within(line)), slow(line, 0, line.length))
      }
})
