import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { createTrust } from '../../../src/path/8-upstream/trust.ts'
import { createAuthority, createSelfSigned, type Leaf } from '../../kit/authority.ts'
import { call } from '../../kit/call.ts'
import { startGateway } from '../../kit/gateway.ts'
import { tlsUpstream } from '../../kit/tls.ts'
import { seemsClean, type Test } from './stage.ts'

t.test(
  'a service is believed whose certificate an authority of UPSTREAM_CA signed for its name',
  async (t) => {
    const authority = createAuthority(t)
    const other = createAuthority(t, 'Another Root')
    const bundle = join(t.testdir({}), 'authorities.pem')
    writeFileSync(bundle, `Our own authorities:\n\n${other.cert}\n${authority.cert}`)
    const names = await tlsUpstream(t, authority.leaf(['localhost']))
    const address = await tlsUpstream(t, other.leaf(['127.0.0.1'], { key: 'rsa' }))
    for (const url of [`https://localhost:${names.port}`, address.url]) {
      const gateway = await startGateway(t, { upstream: url, env: { UPSTREAM_CA: bundle } })
      for (let i = 0; i < 3; i++) {
        const answer = await call(gateway.url, '/open', { headers: { host: 'elsewhere.test' } })
        t.same([answer.status, answer.text], [200, 'trusted'], url)
      }
    }
    t.same(names.names, ['localhost'], 'asked for by its own name, not by one a client chose')
    t.same(address.names, [''], 'an address is no server name')
  },
)

t.test('a service that cannot show who it is is a 502, and only the log says why', async (t) => {
  const authority = createAuthority(t)
  const stranger = createAuthority(t, 'Stranger Root')
  const cases: Record<string, [leaf: Leaf, cause: RegExp]> = {
    expired: [authority.leaf(['127.0.0.1'], { days: -1 }), /^CERT_HAS_EXPIRED$/],
    'another name': [authority.leaf(['other.test']), /^ERR_TLS_CERT_ALTNAME_INVALID$/],
    'another address': [authority.leaf(['127.0.0.2']), /^ERR_TLS_CERT_ALTNAME_INVALID$/],
    'a common name only': [authority.leaf([], { commonName: '127.0.0.1' }), /^ERR_TLS_CERT_ALTNAME_INVALID$/],
    'an unknown authority': [stranger.leaf(['127.0.0.1']), /^UNABLE_TO_VERIFY_LEAF_SIGNATURE$/],
    'itself as authority': [createSelfSigned(t, ['127.0.0.1']), /^DEPTH_ZERO_SELF_SIGNED_CERT$/],
    'a certificate for clients': [authority.client('127.0.0.1'), /^(?:INVALID_PURPOSE|ERR_TLS_)/],
  }
  for (const [name, [leaf, cause]] of Object.entries(cases)) {
    const { url } = await tlsUpstream(t, leaf)
    const gateway = await startGateway(t, { upstream: url, env: { UPSTREAM_CA: authority.certFile } })
    const answer = await call(gateway.url, '/open')
    t.equal(answer.status, 502, name)
    seemsClean(t as Test, name, 'GET', { ...answer, cut: false })
    const line = await gateway.line()
    t.equal(line.error, 'GW_UPSTREAM_TRUST', name)
    t.match(String(line.cause), cause, name)
  }
})

t.test('nothing in the environment makes the gateway trust a certificate it cannot check', async (t) => {
  const before = process.env.NODE_TLS_REJECT_UNAUTHORIZED
  process.env.NODE_TLS_REJECT_UNAUTHORIZED = '0'
  t.teardown(() => {
    if (before === undefined) delete process.env.NODE_TLS_REJECT_UNAUTHORIZED
    else process.env.NODE_TLS_REJECT_UNAUTHORIZED = before
  })
  const { url } = await tlsUpstream(t, createSelfSigned(t, ['127.0.0.1']))
  const gateway = await startGateway(t, { upstream: url })
  t.equal((await call(gateway.url, '/open')).status, 502)
  t.match(await gateway.line(), { error: 'GW_UPSTREAM_TRUST' })
})

t.test('a service that speaks no TLS 1.2 or none at all is a 502', async (t) => {
  const authority = createAuthority(t)
  const old = await tlsUpstream(t, {
    ...authority.leaf(['127.0.0.1'], { key: 'rsa' }),
    minVersion: 'TLSv1',
    maxVersion: 'TLSv1.1',
    ciphers: 'DEFAULT@SECLEVEL=0',
  })
  const { tcpUpstream } = await import('../../kit/tcp-upstream.ts')
  const plain = await tcpUpstream(t, 'HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n')
  for (const url of [old.url, plain.url.replace('http:', 'https:')]) {
    const gateway = await startGateway(t, { upstream: url, env: { UPSTREAM_CA: authority.certFile } })
    const answer = await call(gateway.url, '/open')
    t.equal(answer.status, 502, url)
    seemsClean(t as Test, url, 'GET', { ...answer, cut: false })
    t.match(await gateway.line(), { error: /^GW_(?:UPSTREAM_TRUST|UNREACHABLE)$/ })
  }
})

t.test(
  'an UPSTREAM_CA that cannot be used is refused at start, in words that say what to mend',
  async (t) => {
    const { cert } = createAuthority(t)
    const folder = t.testdir({
      empty: '',
      words: 'no certificate here',
      broken: cert.replace(/\n.{20}/, '\n'),
      half: cert.slice(0, cert.length / 2),
    })
    for (const [file, words] of [
      ['missing', 'cannot be read (ENOENT)'],
      ['.', 'cannot be read (EISDIR)'],
      ['empty', 'holds no certificate in PEM'],
      ['words', 'holds no certificate in PEM'],
      ['half', 'holds no certificate in PEM'],
      ['broken', 'cannot be read; is it whole?'],
    ] as const) {
      const expected = { name: 'SettingError', setting: 'UPSTREAM_CA' }
      t.throws(() => createTrust(join(folder, file)), expected as unknown as Error, file)
      t.throws(() => createTrust(join(folder, file)), { message: words }, file)
    }
    await t.rejects(
      startGateway(t, { env: { UPSTREAM_CA: join(folder, 'missing') }, upstream: 'http://127.0.0.1:2' }),
      {
        message: 'UPSTREAM_CA',
      },
    )
  },
)
