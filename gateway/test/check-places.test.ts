import { Writable } from 'node:stream'
import { SettingError } from '@stockgate/settings'
import { pino } from 'pino'
import t from 'tap'
import { checkPlaces } from '../src/check-places.ts'
import { readGatewaySettings } from '../src/settings.ts'

const GOOD = {
  MANIFESTS: 'unused',
  ISSUERS: JSON.stringify([{ issuer: 'https://a', audience: 'b', jwks: 'https://a/jwks' }]),
}

/** What a boot with these settings says: the error, or the warnings. */
async function told(change: Record<string, string>, services: string[] = []): Promise<string> {
  const warnings: string[] = []
  const output = new Writable({
    write: (chunk, _encoding, done) => {
      warnings.push(JSON.parse(String(chunk)).msg)
      done()
    },
  })
  try {
    await checkPlaces(readGatewaySettings({ ...GOOD, ...change }), services, pino({ level: 'warn' }, output))
  } catch (error) {
    if (!(error instanceof SettingError)) throw error
    t.notMatch(error.message, '\n', 'one line')
    return error.message
  }
  return warnings.join()
}

t.test('the admin listener may do without TLS on loopback, however that is written', async (t) => {
  for (const ADMIN_HOST of [
    '127.0.0.1',
    '127.1.2.3',
    'localhost',
    '::1',
    '[::1]',
    '::ffff:127.0.0.1',
    '::ffff:7f00:1',
  ])
    t.equal(await told({ ADMIN_HOST }), '', ADMIN_HOST)
})

t.test('anywhere else it needs TLS or an explicit word, and the refusal says so in one line', async (t) => {
  for (const ADMIN_HOST of [
    '0.0.0.0',
    '::',
    '0',
    '192.0.2.1',
    '::ffff:192.0.2.1',
    '169.254.1.1',
    'fe80::1',
    '2001:db8::1',
  ]) {
    const message = await told({ ADMIN_HOST })
    t.match(message, `ADMIN_HOST: ${ADMIN_HOST} can be reached from other machines`, ADMIN_HOST)
    t.match(message, /ADMIN_TLS_CERT and ADMIN_TLS_KEY.*127\.0\.0\.1.*ADMIN_PLAIN=anywhere/)
    t.equal(await told({ ADMIN_HOST, ADMIN_TLS_CERT: 'c.pem', ADMIN_TLS_KEY: 'k.pem' }), '')
    t.match(await told({ ADMIN_HOST, ADMIN_PLAIN: 'anywhere' }), /reads the tokens of operators/)
  }
  t.equal(await told({ ADMIN_PLAIN: 'anywhere' }), '', 'on loopback there is nothing to warn of')
})

t.test('both listeners at one place are refused, also where one of them is at all addresses', async (t) => {
  const one = { PORT: '8080', ADMIN_PORT: '8080' }
  t.match(await told(one), /^ADMIN_PORT: 8080 is also PORT, on the same address/)
  t.match(await told({ ...one, HOST: '0.0.0.0' }), /^ADMIN_PORT: 8080 is also PORT/)
  t.match(await told({ ...one, HOST: '::' }), /^ADMIN_PORT: 8080 is also PORT/)
  t.match(await told({ ...one, HOST: 'localhost' }), /^ADMIN_PORT: 8080 is also PORT/)
  t.match(
    await told({ REDIRECT_PORT: '9090', TLS_CERT: 'c.pem', TLS_KEY: 'k.pem' }),
    /^ADMIN_PORT: 9090 is also REDIRECT_PORT/,
  )
  t.equal(await told({ ...one, ADMIN_HOST: '127.0.0.2' }), '')
  t.equal(await told({ PORT: '0', ADMIN_PORT: '0' }), '', 'a free port each')
})

t.test('a service that is one of our own listeners is refused, however its address is written', async (t) => {
  const admin = ['127.0.0.1', 'localhost', '[::ffff:127.0.0.1]', '2130706433', '0x7f.1', '0.0.0.0']
  for (const host of admin)
    t.match(
      await told({ UPSTREAMS: `shop=http://${host}:9090` }),
      /^UPSTREAMS: shop would be at http:\/\/.+:9090, which is the admin listener of this very gateway/,
      host,
    )
  t.match(await told({ UPSTREAMS: 'a=http://127.0.0.1:4001|http://127.0.0.1:8080' }), /the public listener/)
  t.match(
    await told({ UPSTREAMS: 'a=http://127.0.0.1', PORT: '80' }),
    /the public listener/,
    'a port by scheme',
  )
  t.match(await told({ UPSTREAMS: 'a=http://[::1]:8080', HOST: '::' }), /the public listener/)
  t.match(await told({ UPSTREAMS: 'a=http://127.0.0.9:8080', HOST: '0.0.0.0' }), /the public listener/)
  t.match(await told({}, ['localhost']), /localhost would be at http:\/\/localhost:8080/, 'by its name alone')
})

t.test('services elsewhere, on other ports or at names nobody knows yet are none of ours', async (t) => {
  t.equal(await told({ UPSTREAMS: 'a=http://127.0.0.1:4001,b=http://192.0.2.1:8080' }, ['a', 'b']), '')
  t.equal(await told({ UPSTREAMS: 'a=http://127.0.0.2:8080' }), '', 'an address the listener is not at')
  t.equal(await told({ UPSTREAMS: 'a=http://products.invalid:8080' }), '')
  t.equal(await told({ UPSTREAMS: 'a=http://127.0.0.1:8080', PORT: '0' }), '')
})
