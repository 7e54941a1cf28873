import t from 'tap'
import { isMediaType, readJsonBody } from '../src/index.ts'

function read(text: string | Buffer) {
  return readJsonBody(Buffer.from(text))
}

function told(text: string | Buffer): string {
  const reading = read(text)
  if (reading.ok) return 'taken'
  return reading.syntax ? reading.detail : reading.faults.map((one) => `${one.pointer} ${one.code}`).join()
}

const nested = (levels: number) => `${'['.repeat(levels)}${']'.repeat(levels)}`

t.test('an ordinary body is what JSON.parse makes of it', async (t) => {
  const texts = [
    '{"lines":[{"product_id":"prd_1","quantity":3}],"note":"a:b,{}[]","deep":{"a":{"a":[null,true,-1.5e3]}}}',
    ' "text with \\"quotes\\", \\\\ and : { [" ',
    '{"a\\"b:":{"\\\\":1},"\\u0061":2,"constructor":{"name":"x"},"prototype":1,"":[]}',
    '9007199254740991',
    'null',
  ]
  for (const text of texts) t.same(read(text), { ok: true, value: JSON.parse(text) }, text)
})

t.test('what is no JSON text is refused with what is wrong about it', async (t) => {
  t.equal(told(''), 'The body is empty.')
  t.equal(told('\uFEFF{}'), 'The body begins with a byte order mark.')
  t.equal(told(Buffer.from([0x22, 0xff, 0x22])), 'The body is not UTF-8.')
  t.equal(told(Buffer.from([0x22, 0xed, 0xa0, 0x80, 0x22])), 'The body is not UTF-8.', 'half a pair as bytes')
  t.equal(told(Buffer.from('{"a":1}', 'utf16le')), 'The body is not valid JSON.')
  for (const text of [
    '{',
    '{"a":NaN}',
    '[Infinity]',
    '[1,]',
    "{'a':1}",
    '{"a":1}{}',
    '[01]',
    '[+1]',
    '["\t"]',
    '"',
    '"\\',
  ])
    t.equal(told(text), 'The body is not valid JSON.', text)
})

t.test('a body may have 32 levels and no more, and brackets in texts are none', async (t) => {
  t.equal(told(nested(32)), 'taken')
  t.equal(told(nested(33)), 'The body is nested deeper than 32 levels.')
  t.equal(told(nested(100_000)), 'The body is nested deeper than 32 levels.')
  t.equal(told('['.repeat(1_000_000)), 'The body is nested deeper than 32 levels.')
  t.equal(told(`{"a":${'{"a":'.repeat(40)}1${'}'.repeat(41)}`), 'The body is nested deeper than 32 levels.')
  t.equal(told(JSON.stringify('[{'.repeat(1_000))), 'taken')
  t.equal(told(JSON.stringify({ a: '\\"[['.repeat(1_000) })), 'taken')
  t.equal(told(`[${'[],'.repeat(1_000)}[]]`), 'taken', 'many beside each other')
})

t.test('a key that stands twice is told at its place, however it is spelt', async (t) => {
  t.equal(told('{"quantity":1,"quantity":2}'), '#/quantity repeated-key')
  t.equal(told('{"a":1,"\\u0061":2}'), '#/a repeated-key')
  t.equal(told('[{"x":{"b":1,"c":1,"b":{}}},{"y":1,"y":1}]'), '#/0/x/b repeated-key,#/1/y repeated-key')
  t.equal(told('{"a":1,"b":{"a":1},"c":[{"a":1},{"a":":"}]}'), 'taken')
  const many = `{${Array.from({ length: 5_000 }, () => '"k":1').join()}}`
  t.equal(told(many).split(',').length, 100, 'a hundred places at most')
})

t.test('names that reach a prototype are refused in any spelling, and no prototype is touched', async (t) => {
  const spellings = ['__proto__', '\\u005f_proto__', '\\u005F\\u005F\\u0070roto\\u005f_', '__pr\\u006fto__']
  for (const name of spellings) {
    t.equal(told(`{"${name}":{"polluted":1}}`), '#/__proto__ forbidden-key', name)
    t.equal(told(`{"a":[{"${name}":null}]}`), '#/a/0/__proto__ forbidden-key', name)
  }
  for (const name of ['constructor', 'c\\u006fnstructor'])
    t.equal(told(`{"${name}":{"pr\\u006ftotype":{"polluted":1}}}`), '#/constructor forbidden-key', name)
  t.equal(({} as { polluted?: number }).polluted, undefined)
})

t.test('texts that cannot be stored are refused as values and as names', async (t) => {
  t.equal(told('{"a":["\\u0000"]}'), '#/a/0 forbidden-text')
  t.equal(told('{"a":{"\\ud800":1}}'), '#/a forbidden-text')
  t.equal(told('"\\udc00\\ud800"'), '# forbidden-text')
  t.equal(told('"\\ud83e\\uddea \\\\ud800 \\\\u0000"'), 'taken')
})

t.test('a number that would arrive as another one is refused', async (t) => {
  for (const number of [
    '1e400',
    '-1e400',
    '9007199254740992',
    '9007199254740993',
    '-9007199254740993',
    '1e17',
  ])
    t.equal(told(`{"n":${number}}`), '#/n inexact-number', number)
  t.equal(told(`[${'9'.repeat(1_000_000)}]`), '#/0 inexact-number')
  t.equal(told(`[0.${'9'.repeat(1_000_000)}]`), 'taken')
  t.equal(told('[1e-400,-0,0.1,4503599627370496.5]'), 'taken')
})

t.test('a text of a megabyte is read, whatever it is full of', async (t) => {
  for (const part of ['x', '\\"', '\\\\', '\\u00e9', 'ü', '🧪', ':{['])
    t.equal(told(`{"a":"${part.repeat(1_000_000 / Buffer.byteLength(part))}"}`), 'taken', part)
  t.equal(told(`{"a":"${'\\\\'.repeat(500_000)}","a":1}`), '#/a repeated-key', 'and the slow way too')
})

t.test('a media type is compared whole, by its grammar, and JSON is UTF-8', async (t) => {
  const type = 'application/json'
  const good = [
    type,
    'APPLICATION/JSON',
    `${type};charset=utf-8`,
    `${type} ;\tCharset="UTF-8"`,
    `${type};`,
    `${type}; v=1 `,
  ]
  for (const text of good) t.ok(isMediaType(text, type), text)
  for (const text of [
    '',
    'text/plain',
    'application/jsonp',
    'application/json5',
    'application/json+x',
    'application/merge-patch+json',
    ` ${type}`,
    `\t${type}`,
    `${type}\tx`,
    `${type} x`,
    `${type}, text/plain`,
    `${type};charset=utf-16`,
    `${type};charset=utf-7`,
    `${type};charset=utf-8;charset=utf-16`,
    `${type};charset="utf-8\\""`,
    `${type};charset = utf-8`,
    `${type};=`,
    `${type}\u00a0`,
    `multipart/form-data; boundary=${type}`,
  ])
    t.notOk(isMediaType(text, type), JSON.stringify(text))
})
