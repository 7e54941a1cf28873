import t from 'tap'
import type { Deed } from './hostile-upstream.ts'
import { setStage, type Test } from './stage.ts'

/** How many; a longer run is a matter of the environment. */
const COUNT = Number(process.env.STOCKGATE_FUZZED_ANSWERS ?? 250)
const SEED = Number(process.env.STOCKGATE_SEED ?? 20261122)

const BASES = [
  'HTTP/1.1 200 OK\r\nContent-Length: 5\r\nX-A: b\r\n\r\nabcde',
  'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nTrailer: X\r\n\r\n5;a=b\r\nabcde\r\n0\r\nX: y\r\n\r\n',
  'HTTP/1.1 204 No Content\r\nETag: "a"\r\n\r\n',
  'HTTP/1.1 304 Not Modified\r\nContent-Length: 5\r\n\r\n',
  'HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\nHTTP/1.1 201 Created\r\nLocation: /a\r\nContent-Length: 2\r\n\r\n{}',
  'HTTP/1.0 200 OK\r\nSet-Cookie: a=b; Domain=c\r\nConnection: X-A\r\n\r\nabcde',
  'HTTP/1.1 302 Found\r\nLocation: http://shop:8080/a\r\nContent-Length: 0\r\nKeep-Alive: timeout=5\r\n\r\n',
  'HTTP/1.1 503 Busy\r\nRetry-After: 1\r\nContent-Type: text/plain\r\nContent-Length: 4\r\n\r\nbusy',
]
const PIECES = [
  '\r',
  '\n',
  '\r\n',
  '\r\n\r\n',
  '\0',
  '\t',
  ' ',
  ':',
  ';',
  ',',
  '0',
  '-1',
  '\x7f',
  '\xff',
  'HTTP/1.1 ',
  '101 ',
]
  .concat([
    'Content-Length: 3\r\n',
    'Transfer-Encoding: chunked\r\n',
    'Connection: close\r\n',
    'Upgrade: x\r\n',
  ])
  .concat([
    '__proto__: a\r\n',
    'x'.repeat(40_000),
    '0\r\n\r\n',
    'ffffffff\r\n',
    'HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nhacked',
  ])

/** Small, even and the same everywhere for the same seed (mulberry32). */
function numbersFrom(seed: number): (below: number) => number {
  let state = seed
  return (below) => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below
  }
}

function mutated(pick: (below: number) => number): string {
  let text = BASES[pick(BASES.length)] as string
  for (let left = 1 + pick(3); left > 0; left--) {
    const at = pick(text.length + 1)
    const to = at + pick(12)
    const piece = PIECES[pick(PIECES.length)] as string
    const ways = [
      () => text.slice(0, at) + piece + text.slice(at),
      () => text.slice(0, at) + piece + text.slice(to),
      () => text.slice(0, at) + text.slice(to),
      () => text.slice(0, at) + text.slice(at, to) + text.slice(at),
      () => text.slice(0, at) + String.fromCharCode(pick(256)) + text.slice(at + 1),
    ]
    text = (ways[pick(ways.length)] as () => string)()
  }
  return text
}

t.test(`${COUNT} answers with random faults harm nobody but their own request`, async (t) => {
  const pick = numbersFrom(SEED)
  const deeds: Record<string, Deed> = {}
  for (let at = 0; at < COUNT; at++) {
    const bytes = Buffer.from(mutated(pick), 'latin1')
    const reset = pick(4) === 0
    // Reset only once the bytes are under way, or there would be nothing but the reset.
    deeds[at] = (socket) => {
      if (reset) socket.write(bytes, () => setImmediate(() => socket.resetAndDestroy()))
      else socket.end(bytes)
    }
  }
  const stage = await setStage(t, deeds)
  const seen = new Map<string, number>()
  for (const deed in deeds) {
    const { line, cut, status } = await stage.perform(t as Test, deed, {
      method: pick(5) === 0 ? 'HEAD' : 'GET',
    })
    const end = line.error ?? 'arrived'
    seen.set(end, (seen.get(end) ?? 0) + 1)
    if (line.error === null) t.notOk(cut, `answer ${deed} of seed ${SEED} is whole`)
    else t.ok(cut || status === 502, `answer ${deed} of seed ${SEED}: ${status} ${line.error}`)
  }
  stage.balance(t as Test)
  t.comment(JSON.stringify(Object.fromEntries(seen)))
  t.ok((seen.get('arrived') ?? 0) > COUNT / 10, 'some are good')
  t.ok((seen.get('GW_UPSTREAM_PROTOCOL') ?? 0) > COUNT / 10, 'some are not')
})
