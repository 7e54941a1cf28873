import { type AddressInfo, createServer } from 'node:net'
import { startRedis } from '@stockgate/test-kit'
import t from 'tap'
import { openConnections, openRedis } from '../../src/redis/index.ts'
import { until } from '../kit/gateway.ts'

t.test('a Redis that must be there and cannot be used is named without its password', async (t) => {
  const { url, port } = await startRedis(t)
  const silent = createServer((socket) => t.teardown(() => socket.destroy())).listen(0, '127.0.0.1')
  t.teardown(() => silent.close())
  await new Promise((listening) => silent.once('listening', listening))
  const cases: [string, RegExp][] = [
    ['redis://127.0.0.1:1', /^cannot use Redis at redis:\/\/127\.0\.0\.1:1: connect ECONNREFUSED/],
    [`redis://bob:geheim@127.0.0.1:${port}`, /WRONGPASS/],
    [`${url}/99`, /out of range/],
    [`redis://:geheim@127.0.0.1:${(silent.address() as AddressInfo).port}`, /timeout/i],
  ]
  for (const [address, reason] of cases) {
    const error = await openConnections(address, { required: true }).then(
      () => undefined,
      (error: Error) => error,
    )
    t.match(error?.message, reason)
    t.notMatch(error?.message, /geheim/)
  }
})

t.test('a Redis that need not be there is used as soon as it is', async (t) => {
  const server = await startRedis(t)
  await server.stop()
  const redis = await openRedis(server.url, { required: false })
  t.teardown(() => redis.disconnect())
  t.not(redis.status, 'ready')
  await t.rejects(redis.ping(), 'a command waits for nothing')
  await startRedis(t, { port: server.port })
  await until(() => redis.status === 'ready', 'it is connected')
  t.equal(await redis.ping(), 'PONG')
})

t.test('who only listens notices a dead connection too, and hears again after it', async (t) => {
  const server = await startRedis(t)
  const { subscriptions, background, close } = await openConnections(server.url, { required: true })
  t.teardown(close)
  const heard: string[] = []
  subscriptions.on('message', (_channel, message) => heard.push(message))
  // Whoever subscribes does so on each new connection.
  subscriptions.on('ready', () => subscriptions.subscribe('news').catch(() => {}))
  await subscriptions.subscribe('news')
  await background.publish('news', 'one')
  await until(() => heard.length === 1, 'the first word')

  process.kill(server.pid, 'SIGSTOP')
  t.teardown(() => process.kill(server.pid, 'SIGCONT'))
  await until(() => subscriptions.status !== 'ready', 'it notices')
  process.kill(server.pid, 'SIGCONT')
  await until(() => subscriptions.status === 'ready' && background.status === 'ready', 'all is back')
  await until(() => {
    void background.publish('news', 'two').catch(() => {})
    return heard.includes('two')
  }, 'it is subscribed again')
})
