import t from 'tap'
import { isSameTarget } from '../../src/proofs/same-target.ts'

const ORIGIN = 'https://api.test'

t.test('spellings that mean the same address name the same target', async (t) => {
  const same: [htu: string, path: string][] = [
    ['https://api.test/things', '/things'],
    ['HTTPS://API.test/things', '/things'],
    ['https://api.test:443/things', '/things'],
    ['https://api.test/things?page=2', '/things'],
    ['https://api.test/things#top', '/things'],
    ['https://api.test/other/../things', '/things'],
    ['https://api.test/./things', '/things'],
    ['https://api.test', '/'],
    ['https://api.test/thing%73', '/things'],
    ['https://api.test/things', '/thing%73'],
    ['https://api.test/a%2fb', '/a%2Fb'],
    ['https://api.test/%7euser', '/~user'],
    ['https://api.test/caf%c3%a9', '/caf%C3%A9'],
  ]
  for (const [htu, path] of same) t.equal(isSameTarget(htu, ORIGIN, path), true, `${htu} and ${path}`)
})

t.test('another scheme, host, port, user, path or case of it is another target', async (t) => {
  const others = [
    'http://api.test/things',
    'https://api.test:8443/things',
    'https://api.test.evil.test/things',
    'https://evil.test/things',
    'https://api.test@evil.test/things',
    'https://user@api.test/things',
    'https://user:secret@api.test/things',
    'https://api.test/Things',
    'https://api.test/things/',
    'https://api.test//things',
    'https://api.test/thing',
    'https://api.test/a%2Fb',
    'https:\\\\api.test\\things',
    ' https://api.test/things',
    'https://api.test/thi\tngs',
    'https://api.test/things\n',
    'https://api.test/thingß',
    '//api.test/things',
    '/things',
    'api.test/things',
    'javascript:alert(1)',
    '',
    'null',
  ]
  for (const htu of others) t.equal(isSameTarget(htu, ORIGIN, '/things'), false, JSON.stringify(htu))
  t.equal(isSameTarget('https://api.test/a/b', ORIGIN, '/a%2Fb'), false, 'an encoded slash is no slash')
  t.equal(isSameTarget('https://api.test/a%252Fb', ORIGIN, '/a%2Fb'), false, 'nothing is decoded twice')
})
