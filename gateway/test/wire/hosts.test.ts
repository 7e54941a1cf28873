import t from 'tap'
import { hostRule, isHost, publicHostRule } from '../../src/wire/hosts.ts'

const PROPER = [
  'a',
  'api.example',
  'api.example:8443',
  'xn--bcher-kva.example',
  '127.0.0.1:1',
  '[::1]',
  '[fe80::1]:65535',
  `${'a'.repeat(63)}.example`,
]
const IMPROPER = [
  '',
  ' ',
  'evil@a',
  'user:pass@a',
  'a/b',
  'a, b',
  'a b',
  'a\\b',
  'a_b.example',
  '_a',
  '-a.example',
  'a-.example',
  'a..b',
  '.a',
  'a.',
  'a:',
  'a:0',
  'a:08',
  'a:65536',
  'a:123456',
  'a:b',
  'a:80:80',
  '[::1',
  '::1',
  '[::1]x',
  '[:::]',
  '[1.2.3.4]',
  '[v1.x]',
  'a?b',
  'a#b',
  'a%2eb',
  'a\tb',
  '\u0430pi.example',
  `${'a'.repeat(64)}.example`,
  `${'a.'.repeat(130)}a`,
]

t.test(
  'a host is labels of letters, digits and hyphens or an IPv6 address, with a port in range',
  async (t) => {
    for (const host of PROPER) t.ok(isHost(host), host)
    for (const host of IMPROPER) t.notOk(isHost(host), JSON.stringify(host))
  },
)

t.test('a listed name takes any port, a listed name with a port only this one, in any case', async (t) => {
  const rule = hostRule(['api.example', 'Other.example:8443', '[::1]'])
  for (const host of ['api.example', 'API.example:1', 'other.example:8443', '[::1]:80', '[::1]'])
    t.ok(rule(host), host)
  for (const host of ['other.example', 'other.example:443', 'api.example.evil', 'evil.api.example', '[::2]'])
    t.notOk(rule(host), host)
  t.ok(rule('api.example'), 'asked once more')
})

t.test('a star takes every host that is written properly', async (t) => {
  const rule = hostRule(['*'])
  for (const host of PROPER) t.ok(rule(host), host)
  for (const host of IMPROPER) t.notOk(rule(host), JSON.stringify(host))
})

t.test('by default the host of PUBLIC_URL on its port and the names of loopback on any', async (t) => {
  const rule = publicHostRule({ PUBLIC_URL: 'https://api.example', HOSTS: [] })
  for (const host of ['api.example', 'api.example:443', 'localhost:9', '127.0.0.1', '[::1]:8080'])
    t.ok(rule(host), host)
  for (const host of ['api.example:80', '127.0.0.2', 'localhost.evil', '0.0.0.0']) t.notOk(rule(host), host)
  const other = publicHostRule({ PUBLIC_URL: 'http://api.example:8080', HOSTS: [] })
  t.same(['api.example:8080', 'api.example', 'api.example:80'].map(other), [true, false, false])
  const plain = publicHostRule({ PUBLIC_URL: 'http://api.example', HOSTS: [] })
  t.same(['api.example:80', 'api.example', 'api.example:443'].map(plain), [true, true, false])
})

t.test('HOSTS stand in place of loopback, and PUBLIC_URL stays', async (t) => {
  const rule = publicHostRule({ PUBLIC_URL: 'https://api.example', HOSTS: ['gateway'] })
  t.same(['api.example', 'gateway:8080', 'localhost', '127.0.0.1'].map(rule), [true, true, false, false])
})

t.test('clients that invent hosts do not fill the memory of a rule', async (t) => {
  const rule = hostRule(['*'])
  const refused = Array.from({ length: 5_000 }, (_, at) => `a${at}.example`).filter((host) => !rule(host))
  t.same(refused, [])
  t.ok(rule('a4999.example'))
})
