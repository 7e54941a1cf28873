import { createServer } from 'node:net'
import { join } from 'node:path'
import { SettingError } from '@stockgate/settings'
import { createTestIssuer } from '@stockgate/test-kit'
import { pino } from 'pino'
import t from 'tap'
import { readGatewaySettings } from '../src/settings.ts'
import { startGateway } from '../src/start.ts'
import { folderOf, standAlone } from './kit/process.ts'

const log = pino({ level: 'silent' })

t.test(
  'what a setting points to is checked before anything listens, and the error says what to do',
  async (t) => {
    const good = standAlone(t, await createTestIssuer(t), 'http://127.0.0.1:9')
    const folder = folderOf(t, {
      'bad.json': '{"tiers": {}}',
      'no.json': 'no json',
      'manifest.json': { service: 'x' },
    })
    const cases: [change: Record<string, string>, message: RegExp][] = [
      [{ MANIFESTS: join(folder, 'manifest.json') }, /^MANIFESTS: .*manifest\.json#/],
      [{ MANIFESTS: '/nowhere' }, /^MANIFESTS: \/nowhere: does not exist/],
      [{ LIMITS: join(folder, 'bad.json') }, /^LIMITS: .*bad\.json#/],
      [{ LIMITS: join(folder, 'no.json') }, /^LIMITS: .*no\.json/],
      [{ REDIS_URL: 'redis://127.0.0.1:9' }, /^REDIS_URL: cannot use Redis at redis:\/\/127\.0\.0\.1:9/],
      [{ CALLER_KEY: join(folder, 'no.json') }, /^CALLER_KEY: .*no\.json is no private P-256 JWK/],
      [
        { CALLER_KEY: join(folder, 'no.json', 'key.json') },
        /^CALLER_KEY: .*key\.json cannot be read or written/,
      ],
      [{ HOST: '192.0.2.1' }, /^HOST: 192\.0\.2\.1 is no address of this machine/],
      [{ ADMIN_HOST: '192.0.2.1' }, /^ADMIN_HOST: 192\.0\.2\.1 is no address of this machine/],
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

t.test('two gateways that start on one absent key file use one key', async (t) => {
  const good = standAlone(t, await createTestIssuer(t), 'http://127.0.0.1:9')
  const { openCallerKey } = await import('../src/caller-key.ts')
  const keys = await Promise.all([1, 2, 3].map(() => openCallerKey(good.CALLER_KEY as string)))
  t.equal(new Set(keys.map(({ kid }) => kid)).size, 1)
})
