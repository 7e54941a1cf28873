import { connect } from 'node:net'
import t from 'tap'
import type { AdminApp } from '../../src/admin/http/listener.ts'
import { answersIn, exchange } from '../kit/call.ts'
import { startListener } from './http/listener.ts'

const routes = (app: AdminApp) => {
  app.get('/livez', { config: { access: 'open' } }, async () => ({ status: 'pass' }))
}

const GET = 'GET /livez HTTP/1.1\r\nHost: localhost\r\n\r\n'

t.test(
  'a client that does not finish its header section is told 408, and its connection is closed',
  async (t) => {
    const { port } = await startListener(t, routes, { env: { HEADERS_TIMEOUT_MS: '500' } })
    const [answer, ...more] = answersIn(await exchange(port, 'GET /livez HTTP/1.1\r\nHost: localhost\r\nX: '))
    t.equal(answer?.status, 408)
    t.equal(answer?.headers['content-type'], 'application/problem+json')
    t.equal(answer?.headers.connection, 'close')
    t.same(more, [])
  },
)

t.test('a client that has sent nothing at all costs no other client its answer', async (t) => {
  const { port, call } = await startListener(t, routes)
  const idle = Array.from({ length: 200 }, () => connect(port, '127.0.0.1'))
  await Promise.all(idle.map((socket) => new Promise((resolve) => socket.once('connect', resolve))))
  t.equal((await call('/livez', { scopes: null })).status, 200)
  for (const socket of idle) socket.destroy()
})

t.test('after as many requests as a connection may bring, it is closed with the last answer', async (t) => {
  const { port } = await startListener(t, routes, { env: { REQUESTS_PER_CONNECTION: '2' } })
  const answers = answersIn(await exchange(port, GET.repeat(3)))
  t.same(
    answers.map(({ status, headers }) => [status, headers.connection]),
    [
      [200, 'keep-alive'],
      [200, 'close'],
    ],
  )
})

t.test('a header section within the bound is taken, one over it is 431 with a problem', async (t) => {
  const { port } = await startListener(t, routes, { env: { HEADER_BYTES: '2048' } })
  const ask = async (bytes: number) => {
    const fixed = 'Host: localhost\r\nConnection: close\r\nX: \r\n'
    const head = `Host: localhost\r\nConnection: close\r\nX: ${'y'.repeat(bytes - fixed.length)}\r\n`
    return answersIn(await exchange(port, `GET /livez HTTP/1.1\r\n${head}\r\n`))[0]
  }
  t.equal((await ask(1_900))?.status, 200)
  const over = await ask(2_100)
  t.equal(over?.status, 431)
  t.equal(over?.headers['content-type'], 'application/problem+json')
})

t.test('a request to speak another protocol is answered in this one, and ends the connection', async (t) => {
  const { port } = await startListener(t, routes)
  const upgrade = GET.replace('\r\n\r\n', '\r\nConnection: upgrade\r\nUpgrade: websocket\r\n\r\n')
  const answers = answersIn(await exchange(port, upgrade + GET))
  t.equal(answers.length, 1)
  t.equal(answers[0]?.headers.connection, 'close')
  t.not(answers[0]?.status, 101)
})
