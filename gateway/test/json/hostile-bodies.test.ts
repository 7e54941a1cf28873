import t from 'tap'
import { startThreeReaders } from './three-readers.ts'

const nested = (levels: number) => `${'['.repeat(levels)}${']'.repeat(levels)}`

/** What is sent, the status it gets, and the problem. */
const BODIES: readonly [what: string, body: string | Buffer, problem: string][] = [
  ['100,000 levels', nested(100_000), 'malformed-json'],
  ['33 levels', nested(33), 'malformed-json'],
  ['levels without end', '['.repeat(1_000_000), 'malformed-json'],
  ['a number of a megabyte', `{"a":${'9'.repeat(1_000_000)}}`, 'validation-error'],
  ['1e400', '{"a":1e400}', 'validation-error'],
  ['-1e400', '{"a":-1e400}', 'validation-error'],
  ['2^53 + 1', '{"a":9007199254740993}', 'validation-error'],
  ['NaN', '{"a":NaN}', 'malformed-json'],
  ['Infinity', '{"a":-Infinity}', 'malformed-json'],
  ['a key twice', '{"quantity":1,"quantity":1000}', 'validation-error'],
  ['a key twice, once escaped', '{"quantity":1,"\\u0071uantity":1000}', 'validation-error'],
  ['__proto__', '{"__proto__":{"polluted":true}}', 'validation-error'],
  ['__proto__, escaped', '{"\\u005f\\u005fproto__":{"polluted":true}}', 'validation-error'],
  ['constructor.prototype', '{"constructor":{"prototype":{"polluted":true}}}', 'validation-error'],
  ['constructor.prototype, escaped', '{"\\u0063onstructor":{"prototyp\\u0065":{}}}', 'validation-error'],
  ['half a surrogate pair', '{"a":"\\ud800"}', 'validation-error'],
  ['the other half', '{"a":"x\\udfffy"}', 'validation-error'],
  ['U+0000', '{"a":"\\u0000"}', 'validation-error'],
  ['a byte order mark', '\uFEFF{}', 'malformed-json'],
  ['a BOM of UTF-16', Buffer.from('\uFEFF{}', 'utf16le'), 'malformed-json'],
  ['UTF-16', Buffer.from('{}', 'utf16le'), 'malformed-json'],
  ['Latin-1', Buffer.from('{"a":"Löwe"}', 'latin1'), 'malformed-json'],
  ['overlong UTF-8', Buffer.from([0x22, 0xc0, 0xaf, 0x22]), 'malformed-json'],
  ['a surrogate as UTF-8', Buffer.from([0x22, 0xed, 0xa0, 0x80, 0x22]), 'malformed-json'],
  ['nothing', '', 'malformed-json'],
]

t.test(
  'hostile JSON is 400 with the same problem at a service, through the gateway and at the admin side',
  async (t) => {
    const ask = await startThreeReaders(t)
    for (const [what, text, problem] of BODIES) {
      const body = Buffer.from(text)
      for (const [place, send] of Object.entries(ask)) {
        const { status, json } = await send(body)
        t.same([status, json.type], [400, `https://api.test/problems/${problem}`], `${what}: ${place}`)
      }
    }
    const polluted = [({} as { polluted?: unknown }).polluted, ([] as { polluted?: unknown }).polluted]
    t.same(polluted, [undefined, undefined])
  },
)

t.test('a text of a megabyte and 32 levels are bodies like any other', async (t) => {
  const ask = await startThreeReaders(t)
  for (const text of [
    JSON.stringify({ a: 'x'.repeat(1_000_000) }),
    `{"a":${nested(31)}}`,
    '{"constructor":"x"}',
  ])
    for (const [place, send] of Object.entries(ask)) {
      const { status, json } = await send(Buffer.from(text))
      t.equal(status, 200, place)
      t.same(json.read, JSON.parse(text), place)
    }
})

t.test('a Content-Type is JSON as a whole or it is 415, alike everywhere', async (t) => {
  const ask = await startThreeReaders(t)
  const refused = [
    'text/plain',
    'application/json; charset=utf-16',
    'application/json; charset=utf-7',
    'application/json; charset=utf-8; charset=utf-16',
    'application/jsonp',
    'application/json+x',
    'application/json\tx',
    'application/json x',
    'application/json, text/plain',
    'text/plain, application/json',
    'text/plain; x=application/json',
    'application/x-www-form-urlencoded',
    'multipart/form-data; boundary=application/json',
    'application/merge-patch+json',
    'application',
    'application/',
    '/json',
  ]
  const taken = [
    'application/json',
    'Application/JSON',
    'application/json;charset=UTF-8',
    'application/json ; x=1',
  ]
  for (const [place, send] of Object.entries(ask)) {
    for (const type of refused) {
      const { status, json } = await send(Buffer.from('{}'), type)
      t.same(
        [status, json.type],
        [415, 'https://api.test/problems/unsupported-media-type'],
        `${type}: ${place}`,
      )
    }
    for (const type of taken) t.equal((await send(Buffer.from('{}'), type)).status, 200, `${type}: ${place}`)
  }
})
