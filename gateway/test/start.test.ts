import { readdirSync, statSync } from 'node:fs'
import { createServer } from 'node:net'
import { dirname, join } from 'node:path'
import { Writable } from 'node:stream'
import { SettingError } from '@stockgate/settings'
import { createTestIssuer, startRedis } from '@stockgate/test-kit'
import { Redis } from 'ioredis'
import { pino } from 'pino'
import t from 'tap'
import { readGatewaySettings } from '../src/settings.ts'
import { startGateway } from '../src/start.ts'
import { folderOf, standAlone } from './kit/process.ts'
import { eventually } from './policy/gateways.ts'

const log = pino({ level: 'silent' })

t.test(
  'what a setting points to is checked before anything listens, and the error says what to do',
  async (t) => {
    const good = standAlone(t, await createTestIssuer(t), 'http://127.0.0.1:9')
    const folder = folderOf(t, {
      'bad.json': '{"tiers": {}}',
      'no.json': 'no json',
      'off-curve.json': { kty: 'EC', crv: 'P-256', x: 'AAAA', y: 'AAAA', d: 'AAAA' },
      'manifest.json': { service: 'x' },
    })
    const cases: [change: Record<string, string>, message: RegExp][] = [
      [{ MANIFESTS: join(folder, 'manifest.json') }, /^MANIFESTS: .*manifest\.json#/],
      [{ MANIFESTS: '/nowhere' }, /^MANIFESTS: \/nowhere: does not exist/],
      [{ LIMITS: join(folder, 'bad.json') }, /^LIMITS: .*bad\.json#/],
      [{ LIMITS: join(folder, 'no.json') }, /^LIMITS: .*no\.json/],
      [{ REDIS_URL: 'redis://127.0.0.1:9' }, /^REDIS_URL: cannot use Redis at redis:\/\/127\.0\.0\.1:9/],
      [{ CALLER_KEY: join(folder, 'no.json') }, /^CALLER_KEY: .*no\.json is no private P-256 JWK/],
      [{ CALLER_KEY: join(folder, 'off-curve.json') }, /off-curve\.json is no private P-256 JWK/],
      [
        { CALLER_KEY: join(folder, 'no.json', 'key.json') },
        /^CALLER_KEY: .*key\.json cannot be read or written/,
      ],
      [{ STATE: join(folder, 'no.json') }, /^STATE: .*policy\.jsonl cannot be read or written \(E\w+\)/],
      [{ HOST: '192.0.2.1' }, /^HOST: 192\.0\.2\.1 is no address of this machine/],
      [{ ADMIN_HOST: '192.0.2.1' }, /^ADMIN_HOST: 192\.0\.2\.1 can be reached from other machines/],
      [
        { ADMIN_HOST: '192.0.2.1', ADMIN_PLAIN: 'anywhere' },
        /^ADMIN_HOST: 192\.0\.2\.1 is no address of this machine/,
      ],
    ]
    for (const [change, message] of cases) {
      const starting = startGateway(readGatewaySettings({ ...good, ...change }), log)
      const error = await starting.then(
        () => t.fail('started'),
        (reason) => reason,
      )
      t.ok(error instanceof SettingError, String(error))
      t.match(error.message, message)
      t.notMatch(error.message, '\n', 'one line')
    }
  },
)

t.test('a taken port names its own setting, and the other listener is closed again', async (t) => {
  const good = standAlone(t, await createTestIssuer(t), 'http://127.0.0.1:9')
  const taken = createServer()
  await new Promise<void>((resolve) => taken.listen(0, '127.0.0.1', resolve))
  t.teardown(() => taken.close())
  const { port } = taken.address() as { port: number }
  for (const name of ['PORT', 'ADMIN_PORT']) {
    const settings = readGatewaySettings({ ...good, [name]: String(port) })
    await t.rejects(startGateway(settings, log), { message: `${name}: ${port} is taken on 127.0.0.1` })
  }
  // Had a listener stayed, this process would not end and the test would time out.
})

t.test('a boot that fails closes every connection to Redis again', async (t) => {
  const good = standAlone(t, await createTestIssuer(t), 'http://127.0.0.1:9')
  const redis = await startRedis(t)
  const client = new Redis(redis.url)
  t.teardown(() => client.disconnect())
  for (const change of [{ MANIFESTS: '/nowhere' }, { HOST: '192.0.2.1' }]) {
    const settings = readGatewaySettings({ ...good, REDIS_URL: redis.url, ...change })
    await t.rejects(startGateway(settings, log), SettingError)
  }
  await eventually(
    async () =>
      String(await client.client('LIST'))
        .trim()
        .split('\n').length,
    1,
  )
})

t.test('two gateways that start on one absent key file use one key', async (t) => {
  const good = standAlone(t, await createTestIssuer(t), 'http://127.0.0.1:9')
  const { openCallerKey } = await import('../src/caller-key.ts')
  for (let round = 0; round < 20; round++) {
    const path = `${good.CALLER_KEY}-${round}`
    const keys = await Promise.all(Array.from({ length: 8 }, () => openCallerKey(path)))
    t.equal(new Set(keys.map(({ kid }) => kid)).size, 1)
    t.equal(statSync(path).mode & 0o777, 0o600, 'its owner alone may read it')
  }
  t.equal(readdirSync(dirname(good.CALLER_KEY as string)).length, 20, 'and nothing else is left behind')
})

t.test(
  'an upstream nobody serves is told: an error where the name is nearly right, else a warning',
  async (t) => {
    const good = standAlone(t, await createTestIssuer(t), 'http://127.0.0.1:9')
    const settings = (UPSTREAMS: string) => readGatewaySettings({ ...good, UPSTREAMS })
    await t.rejects(startGateway(settings('shopp=http://127.0.0.1:9'), log), {
      name: 'SettingError',
      message: 'UPSTREAMS: no manifest has the service "shopp"; did you mean shop?',
    })
    let text = ''
    const output = new Writable({
      write: (chunk, _encoding, done) => {
        text += chunk
        done()
      },
    })
    const both = settings('shop=http://127.0.0.1:9,elsewhere=http://127.0.0.1:9')
    const gateway = await startGateway(both, pino({ level: 'warn' }, output))
    await gateway.stop()
    t.match(JSON.parse(text), { level: 40, service: 'elsewhere', msg: /^UPSTREAMS names a service/ })
  },
)
