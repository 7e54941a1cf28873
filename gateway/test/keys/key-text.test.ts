import t from 'tap'
import { isKeyText, KEY_PATTERN, mintKey } from '../../src/keys/key-text.ts'

t.test('a key has the documented form and its id in it', async (t) => {
  for (let i = 0; i < 500; i++) {
    const { id, text } = mintKey()
    t.equal(text.length, 66)
    t.match(text, new RegExp(`^${KEY_PATTERN}$`))
    t.equal(text.split('_')[1], id)
    if (!isKeyText(text)) t.fail(text)
  }
})

t.test('no two keys share an id or a secret', async (t) => {
  const keys = Array.from({ length: 2_000 }, mintKey)
  t.equal(new Set(keys.map(({ id }) => id)).size, keys.length)
  t.equal(new Set(keys.map(({ text }) => text.split('_')[2])).size, keys.length)
})

t.test('a key somebody else computed from the documentation has the check digits we expect', async (t) => {
  // CRC-32 of `sgk_` + twelve zeros + `_` + 43 zeros, worked out bit by bit here and not by a library.
  const body = `sgk_${'0'.repeat(12)}_${'0'.repeat(43)}`
  let crc = 0xffffffff
  for (const byte of Buffer.from(body)) {
    crc ^= byte
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0xedb88320 : crc >>> 1
  }
  let rest = (crc ^ 0xffffffff) >>> 0
  let check = ''
  for (let digit = 0; digit < 6; digit++) {
    const value = rest % 62
    const code = value < 10 ? 48 + value : value < 36 ? 55 + value : 61 + value
    check = String.fromCharCode(code) + check
    rest = Math.floor(rest / 62)
  }
  t.ok(isKeyText(body + check))
})

t.test('every single mistyped character is noticed', async (t) => {
  const { text } = mintKey()
  for (let at = 0; at < text.length; at++) {
    for (const wrong of 'aZ09_-') {
      if (text[at] === wrong) continue
      const typo = text.slice(0, at) + wrong + text.slice(at + 1)
      if (isKeyText(typo)) t.fail(typo)
    }
  }
  t.pass('none got through')
})

t.test('two characters that changed places are noticed', async (t) => {
  const { text } = mintKey()
  for (let at = 4; at < text.length - 1; at++) {
    const swapped = text.slice(0, at) + text[at + 1] + text[at] + text.slice(at + 2)
    if (swapped !== text && isKeyText(swapped)) t.fail(swapped)
  }
  t.pass('none got through')
})

t.test('nothing else is a key', async (t) => {
  const { text } = mintKey()
  const others = ['', 'sgk_', text.slice(0, -1), `${text}0`, ` ${text}`, `${text} `, `${text}\n`]
  others.push(text.toUpperCase(), text.replace('sgk', 'ghp'), text.replaceAll('_', '-'), `${text}, ${text}`)
  others.push(`Bearer ${text}`, `"${text}"`, text.replace(/.$/, 'é'), '__proto__')
  for (const other of others) t.notOk(isKeyText(other), JSON.stringify(other))
})
