import t from 'tap'
import { parseDocument } from '../src/index.ts'

function told(text: string): string[] {
  const parsed = parseDocument(text)
  return parsed.ok ? [] : parsed.problems.map(({ pointer, rule }) => `${pointer} ${rule}`)
}

t.test('a key that stands twice is refused at its place', async (t) => {
  t.same(told('{"clients":{"demo":"standard","ops":"a","demo":"partner"}}'), ['#/clients/demo repeated-key'])
  t.same(told('{"a":[1,{"b":[],"b":{}}],"c":1}'), ['#/a/1/b repeated-key'])
  t.same(told('[[],[{"x":1},{"x":1,"x":2}]]'), ['#/1/1/x repeated-key'])
  t.same(told('{"a":1,"\\u0061":2}'), ['#/a repeated-key'], 'however it is spelt')
  t.same(told('{"a/b":1,"a/b":2,"__proto__":1,"__proto__":2}'), [
    '#/a~1b repeated-key',
    '#/__proto__ repeated-key',
  ])
})

t.test('the same key in different objects, and texts that look like keys, are no repetition', async (t) => {
  t.same(told('{"a":{"a":{"a":"a"}},"b":[{"a":1},{"a":1}],"c":"\\"a\\":","d":["a","a"],"e":"{}[],"}'), [])
})

t.test('text that is no JSON is refused with the place of the mistake', async (t) => {
  const parsed = parseDocument('{\n  "tiers": {},\n}')
  t.match(parsed.ok ? undefined : parsed.problems[0], {
    pointer: '#',
    rule: 'json-syntax',
    message: /line 3/,
  })
  for (const text of ['', ' ', '{', 'nonsense', '{"a":1}{}', "{'a':1}", '// note\n{}']) {
    t.same(told(text), ['# json-syntax'])
  }
})

t.test('a byte order mark before the document is passed over', async (t) => {
  t.same(parseDocument('\uFEFF{"a":1}'), { ok: true, document: { a: 1 } })
})

t.test('a document nested very deep neither overflows nor hangs', async (t) => {
  const depth = 5_000
  t.same(told(`${'['.repeat(depth)}{"x":1,"x":2}${']'.repeat(depth)}`).length, 1)
  t.same(told(`{"text":"${'\\\\'.repeat(200_000)}"}`), [])
})
