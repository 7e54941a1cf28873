import { recordingUpstream } from '@stockgate/test-kit'
import t from 'tap'
import { createAuthority } from '../../kit/authority.ts'
import { startGateway } from '../../kit/gateway.ts'
import { http2Client } from '../../kit/http2.ts'

t.test(
  'a word that is no method is 400 over HTTP/2, with a line, and ends nothing but its stream',
  async (t) => {
    const authority = createAuthority(t)
    const { certFile, keyFile } = authority.leaf(['localhost'], { days: 90 })
    const upstream = await recordingUpstream(t)
    const gateway = await startGateway(t, {
      upstream: upstream.url,
      tls: { certs: [certFile], keys: [keyFile] },
    })
    const { call } = await http2Client(t, gateway, authority)
    const words = ['FOO', 'get', 'GETT', 'SETUP', 'PRI', 'constructor', '__proto__']
    for (const method of words) t.equal((await call('/open', { method })).status, 400, method)
    t.equal((await call('/open', { method: 'FOO', body: 'a body' })).status, 400)
    t.equal((await call('/nowhere', { method: 'FOO' })).status, 400)
    t.equal((await call('/open', { method: 'TRACE' })).status, 405)
    t.equal((await call('/open', { method: 'PURGE' })).status, 405)
    t.same(upstream.requests, [])
    t.equal((await call('/open')).status, 200)
    await gateway.line(words.length + 5)
    t.same(
      gateway.log.slice(0, words.length).map(({ error }) => error),
      words.map(() => 'GW_MESSAGE'),
    )
  },
)
