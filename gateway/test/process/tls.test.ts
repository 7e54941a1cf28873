import { createServer } from 'node:net'
import { createTestIssuer, recordingUpstream } from '@stockgate/test-kit'
import t from 'tap'
import { createAuthority } from '../kit/authority.ts'
import { call } from '../kit/call.ts'
import { http2Client } from '../kit/http2.ts'
import { runGateway, standAlone } from '../kit/process.ts'

t.test(
  'a gateway with certificates names its listeners, redirects, tells when they end, and stops with 0',
  async (t) => {
    const authority = createAuthority(t)
    const { certFile, keyFile } = authority.leaf(['localhost'], { days: 90 })
    const upstream = await recordingUpstream(t)
    const good = standAlone(t, await createTestIssuer(t), upstream.url)
    const gateway = runGateway(t, {
      ...good,
      TLS_CERT: certFile,
      TLS_KEY: keyFile,
      REDIRECT_PORT: String(await freePort()),
      PUBLIC_URL: 'https://localhost',
    })
    const { url, admin } = await gateway.ready()
    t.match(url, /^https:/)
    const { redirect } = gateway.lines().find(({ msg }) => msg === 'listening') as { redirect: string }
    const sent = await call(redirect, '/open')
    t.same([sent.status, sent.headers.location], [308, 'https://localhost/open'])
    const metrics = await (await fetch(`${admin}/metrics`)).text()
    t.match(
      metrics,
      /stockgate_tls_certificate_not_after_timestamp_seconds\{listener="public",certificate="localhost"\} \d{10}/,
    )
    const client = await http2Client(t, { port: Number(new URL(url).port) }, authority)
    t.equal((await client.call('/open')).status, 200)
    gateway.child.kill('SIGTERM')
    t.equal(await gateway.exited, 0, 'an idle HTTP/2 connection does not hold up the end')
  },
)

async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as { port: number }
  await new Promise((resolve) => server.close(resolve))
  return port
}
