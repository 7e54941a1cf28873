import { normalizeIP } from '@fastify/rate-limit'
import t from 'tap'
import { createClientAddresses } from '../../src/wire/client-address.ts'

const TRUSTED = ['10.0.0.0/8', '192.0.2.7', '2001:db8:ffff::/48']
const addresses = createClientAddresses(TRUSTED)

t.test('the right-most address that is no trusted proxy is the client', async (t) => {
  const chains: [string, string][] = [
    ['198.51.100.1', '198.51.100.1'],
    ['203.0.113.9, 198.51.100.1', '198.51.100.1'],
    ['198.51.100.1, 10.1.1.1', '198.51.100.1'],
    ['203.0.113.9,198.51.100.1 , 192.0.2.7,10.9.9.9', '198.51.100.1'],
    ['10.1.1.1, 10.2.2.2', '10.1.1.1'],
    ['2001:DB8::1', '2001:db8::1'],
    ['203.0.113.9, 2001:db8::1, 2001:db8:ffff::5', '2001:db8::1'],
  ]
  for (const [chain, client] of chains) t.equal(addresses.of('10.0.0.1', chain), client, chain)
})

t.test('ports, brackets and IPv4 in IPv6 clothes make no other client', async (t) => {
  for (const written of [
    '198.51.100.1:1234',
    '198.51.100.1:65000',
    '::ffff:198.51.100.1',
    '::FFFF:198.51.100.1',
    '[::ffff:198.51.100.1]',
    '[::ffff:198.51.100.1]:80',
  ])
    t.equal(addresses.of('10.0.0.1', written), '198.51.100.1', written)
  for (const written of ['[2001:db8::1]', '[2001:db8::1]:443', '2001:db8::1'])
    t.equal(addresses.of('10.0.0.1', written), '2001:db8::1', written)
  t.equal(addresses.of('::ffff:10.0.0.1', '198.51.100.1'), '198.51.100.1', 'a listener on ::')
  t.equal(addresses.of('::ffff:198.51.100.1', '203.0.113.9'), '198.51.100.1')
})

t.test('a hop that is no address ends the walk at the proxy that passed it on', async (t) => {
  for (const garbage of [
    '',
    'unknown',
    '_hidden',
    'localhost',
    '198.51.100.1.2',
    '198.51.100',
    '0x7f000001',
    '2130706433',
    '198.51.100.1:',
    '198.51.100.1:123456',
    '[198.51.100.1]',
    '[2001:db8::1',
    'fe80::1%eth0',
    '198.51.100.1 203.0.113.9',
    '"198.51.100.1"',
    'for=198.51.100.1',
  ]) {
    t.equal(addresses.of('10.0.0.1', garbage), '10.0.0.1', JSON.stringify(garbage))
    t.equal(addresses.of('10.0.0.1', `198.51.100.1, ${garbage}`), '10.0.0.1')
    t.equal(addresses.of('10.0.0.1', `${garbage}, 198.51.100.1`), '198.51.100.1')
  }
})

t.test('of a peer that is not trusted nothing is believed', async (t) => {
  for (const peer of ['198.51.100.1', '192.0.2.8', '11.0.0.1', '2001:db8::1']) {
    t.notOk(addresses.trusts(peer), peer)
    t.equal(addresses.of(peer, '203.0.113.9'), peer)
  }
  for (const peer of ['10.255.0.1', '::ffff:10.0.0.1', '192.0.2.7', '2001:db8:ffff::1'])
    t.ok(addresses.trusts(peer), peer)
  const nobody = createClientAddresses([])
  t.notOk(nobody.trusts('127.0.0.1'))
  t.equal(nobody.of('127.0.0.1', '203.0.113.9'), '127.0.0.1')
  t.equal(nobody.of(undefined, '203.0.113.9'), '', 'a connection that is gone')
  t.equal(addresses.of(undefined, '203.0.113.9'), '')
  t.notOk(addresses.trusts(undefined))
})

t.test('a chain of thousands of trusted hops is not walked to its end', async (t) => {
  const chain = `198.51.100.1${', 10.0.0.1'.repeat(5_000)}`
  t.equal(addresses.of('10.0.0.1', chain), '10.0.0.1')
})

t.test('every spelling of an IPv6 network counts as the same /64', async (t) => {
  const spellings = [
    '2001:db8::1',
    '2001:0DB8:0:0::ff',
    '[2001:db8::1]:9',
    '2001:db8:0:0:ffff:ffff:ffff:ffff',
  ]
  const keys = spellings.map((written) => normalizeIP(addresses.of('10.0.0.1', written), 64))
  t.equal(new Set(keys).size, 1, String(keys))
})
