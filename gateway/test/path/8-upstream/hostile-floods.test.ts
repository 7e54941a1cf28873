import type { Socket } from 'node:net'
import { gzipSync } from 'node:zlib'
import t from 'tap'
import { until } from '../../kit/until.ts'
import { clientOf, type Deed } from './hostile-upstream.ts'
import { setStage, type Test } from './stage.ts'

const OK = 'HTTP/1.1 200 OK\r\n'
const OK_AB = `${OK}Content-Length: 2\r\n\r\nab`
const MIB = 1024 * 1024

/** Sends `head`, then `more` until 10 MiB are out or nobody takes them. */
const flood =
  (head: string, more: string): Deed =>
  (socket) => {
    socket.write(head)
    let left = Math.ceil((10 * MIB) / more.length)
    const next = (): void => {
      while (left-- > 0 && !socket.destroyed)
        if (!socket.write(more)) {
          socket.once('drain', next)
          return
        }
    }
    next()
  }
const numbered = (count: number, value: string) =>
  Array.from({ length: count }, (_, at) => `x-${at}: ${value}\r\n`).join('')

t.test('more headers than anybody reads are a 502, in bytes as in number', async (t) => {
  const deeds: Record<string, Deed> = {
    '10 MiB in fields of 1 KiB': `${OK}${numbered(10_240, 'a'.repeat(1024))}\r\n`,
    'a line without end': flood(`${OK}X: `, 'a'.repeat(1024)),
    'a name without end': flood(OK, 'a'.repeat(1024)),
    'fields without end': flood(OK, 'x: a\r\n'.repeat(100)),
    '2,000 fields': `${OK}${numbered(2_000, 'a')}Content-Length: 2\r\n\r\nab`,
    '257 of one name': `${OK}${'a:\r\n'.repeat(256)}Content-Length: 2\r\n\r\nab`,
    '300 cookies': `${OK}${'Set-Cookie: a=b\r\n'.repeat(300)}Content-Length: 2\r\n\r\nab`,
  }
  const stage = await setStage(t, deeds)
  for (const method of ['GET', 'HEAD'])
    for (const deed in deeds) {
      const { status, line } = await stage.perform(t as Test, deed, { method })
      t.same([status, line.error], [502, 'GW_UPSTREAM_PROTOCOL'], `${method}: ${deed}`)
    }
  stage.balance(t as Test)
})

t.test('as many headers as a client takes arrive', async (t) => {
  const deeds = { many: `${OK}${numbered(255, 'a'.repeat(20))}Content-Length: 2\r\n\r\nab` }
  const stage = await setStage(t, deeds)
  const { status, headers } = await stage.perform(t as Test, 'many')
  t.same([status, headers['x-254']], [200, 'a'.repeat(20)])
})

t.test('interim answers without end are a 502 after some of them', async (t) => {
  const storm = (status: string) => flood('', `HTTP/1.1 ${status}\r\nX: y\r\n\r\n`.repeat(100))
  const deeds: Record<string, Deed> = {
    '100': storm('100 Continue'),
    '102': storm('102 Processing'),
    '103': storm('103 Early Hints'),
    '199': storm('199 X'),
    '33 and then an answer': `${'HTTP/1.1 103 Early Hints\r\n\r\n'.repeat(33)}${OK_AB}`,
  }
  const stage = await setStage(t, deeds)
  for (const deed in deeds) {
    const { status, line } = await stage.perform(t as Test, deed)
    t.equal(status, 502, deed)
    t.match(String(line.error), deed === '100' ? 'GW_UPSTREAM_RESET' : 'GW_UPSTREAM_PROTOCOL', deed)
  }
  stage.balance(t as Test)
})

t.test('interim answers that keep coming slowly do not put off the deadline', async (t) => {
  const timers = new Set<NodeJS.Timeout>()
  t.teardown(() => {
    for (const timer of timers) clearInterval(timer)
  })
  const drip = (socket: Socket) => {
    const timer = setInterval(() => socket.write('HTTP/1.1 102 Processing\r\n\r\n'), 200)
    timers.add(timer)
    socket.once('close', () => clearInterval(timer))
  }
  const routes = [{ path: '/open', methods: ['GET'], auth: 'public', deadlineMs: 1_500 }]
  const stage = await setStage(t, { drip }, { manifests: [{ service: 'shop', routes }] })
  const { status, line } = await stage.perform(t as Test, 'drip')
  t.same([status, line.error], [504, 'GW_DEADLINE'])
})

t.test('a status text without end ends at the deadline', async (t) => {
  const deeds = { text: flood('HTTP/1.1 200 ', 'a'.repeat(1024)) }
  const routes = [{ path: '/open', methods: ['GET'], auth: 'public', deadlineMs: 1_500 }]
  const stage = await setStage(t, deeds, { manifests: [{ service: 'shop', routes }] })
  const { status, line } = await stage.perform(t as Test, 'text')
  t.same([status, line.error], [504, 'GW_DEADLINE'])
})

t.test('trailers without end, or with a length, cut the connection; others are dropped', async (t) => {
  const body = `${OK}Trailer: X-Late\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\n0\r\n`
  const deeds: Record<string, Deed> = {
    'without end': flood(body, 'x: a\r\n'.repeat(100)),
    'with a length': `${body}X-Late: canary\r\nContent-Length: 7\r\n\r\n`,
    plain: `${body}X-Late: canary\r\nSet-Cookie: canary=1\r\nAuthorization: canary\r\n\r\n`,
  }
  const stage = await setStage(t, deeds)
  for (const deed in deeds) {
    const { status, text, cut, headers, line } = await stage.perform(t as Test, deed)
    t.same([status, text, cut], [200, 'ab', deed !== 'plain'], deed)
    t.equal(line.error, deed === 'plain' ? null : 'GW_UPSTREAM_CUT', deed)
    t.notMatch(JSON.stringify(headers), 'canary')
    t.equal(headers.trailer, undefined)
  }
  stage.balance(t as Test)
})

t.test('compressed answers pass as they are, however large they would grow', async (t) => {
  const bomb = gzipSync(Buffer.alloc(32 * MIB))
  const head = `${OK}Content-Encoding: gzip\r\nContent-Length: ${bomb.length}\r\n\r\n`
  const stage = await setStage(t, { bomb: Buffer.concat([Buffer.from(head), bomb]) })
  const { status, text, headers } = await stage.perform(t as Test, 'bomb')
  t.same([status, headers['content-encoding']], [200, 'gzip'])
  t.ok(Buffer.from(text, 'latin1').equals(bomb), 'byte for byte')
})

t.test('a body that never ends holds its service until the client leaves, and no longer', async (t) => {
  const drip = (socket: Socket) => {
    socket.write(`${OK}Transfer-Encoding: chunked\r\n\r\n`)
    const timer = setInterval(() => socket.write('1\r\na\r\n'), 20)
    socket.once('close', () => clearInterval(timer))
  }
  const { gateway, upstream } = await setStage(t, { drip }, { env: { SERVICE_CONCURRENCY: '1' } })
  const client = clientOf(gateway)
  const asked = client.ask('/open?deed=drip').catch((error) => error)
  await until(() => upstream.open() === 1, 'the service drips')
  client.close()
  await asked
  await until(() => upstream.open() === 0, 'the service is let go')
  t.match(await gateway.line(), { error: 'GW_CLIENT_GONE' })
  const next = clientOf(gateway)
  t.equal((await next.ask('/open?good=mine')).text, 'mine', 'its place is free')
  next.close()
})

t.test('a body that stops for longer than it had to begin is cut', async (t) => {
  const stop = (socket: Socket) => socket.write(`${OK}Content-Length: 10\r\n\r\nab`)
  const routes = [{ path: '/open', methods: ['GET'], auth: 'public', deadlineMs: 1_500 }]
  const stage = await setStage(t, { stop }, { manifests: [{ service: 'shop', routes }] })
  const { status, text, cut, line } = await stage.perform(t as Test, 'stop')
  t.same([status, text, cut, line.error], [200, 'ab', true, 'GW_UPSTREAM_CUT'])
})
