import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { setTimeout as delay } from 'node:timers/promises'
import { Redis } from 'ioredis'
import t, { type Test } from 'tap'
import { startRedis, type TestRedis } from '../src/index.ts'

function client(t: Test, { url }: TestRedis): Redis {
  const redis = new Redis(url, { maxRetriesPerRequest: 0, disconnectTimeout: 50, retryStrategy: () => null })
  redis.on('error', () => {})
  t.teardown(() => redis.disconnect())
  return redis
}

function runs(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}

t.test('two servers share nothing, listen on loopback only and store nothing', async (t) => {
  const [one, two] = await Promise.all([startRedis(t), startRedis(t)])
  t.not(one.port, two.port)
  await client(t, one).set('key', 'value')
  t.equal(await client(t, two).get('key'), null)
  t.same(await client(t, one).config('GET', 'bind'), ['bind', '127.0.0.1'])
  t.same(await client(t, one).config('GET', 'save'), ['save', ''])
})

t.test('the number given is the one of redis-server itself', async (t) => {
  const redis = await startRedis(t)
  t.match(await client(t, redis).info('server'), new RegExp(`process_id:${redis.pid}\r`))
})

t.test('a stopped server can come back on the same port, empty', async (t) => {
  const redis = await startRedis(t)
  await client(t, redis).set('key', 'value')
  await redis.stop()
  t.notOk(runs(redis.pid))
  await redis.stop()
  const again = await startRedis(t, { port: redis.port })
  t.equal(await client(t, again).get('key'), null)
})

t.test('a frozen server still goes with its test', async (t) => {
  let pid = 0
  await t.test('a test', async (t) => {
    pid = (await startRedis(t)).pid
    process.kill(pid, 'SIGSTOP')
  })
  t.notOk(runs(pid))
})

t.test('a taken port is told', async (t) => {
  const { port } = await startRedis(t)
  await t.rejects(startRedis(t, { port }), { message: /did not start: .*Address already in use/s })
})

t.test('a server does not outlive a killed test process', async (t) => {
  const module = new URL('../src/index.ts', import.meta.url).href
  const script = `const { startRedis } = await import('${module}')
    process.stdout.write(String((await startRedis({ teardown() {} })).pid))`
  const child = spawn(process.execPath, ['--input-type=module', '-e', script], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const pid = Number(String((await once(child.stdout, 'data'))[0]))
  t.ok(runs(pid))
  child.kill('SIGKILL')
  for (let tries = 0; runs(pid) && tries < 200; tries++) await delay(10)
  t.notOk(runs(pid))
})
