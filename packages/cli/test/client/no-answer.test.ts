import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { createServer } from 'node:https'
import { join } from 'node:path'
import { recordingUpstream, type TestScope } from '@stockgate/test-kit'
import t from 'tap'
import { AdminUnreachable } from '../../src/client/admin-error.ts'
import { createTokenSource } from '../../src/client/token-source.ts'

/** A server with a certificate for `localhost` that signed itself. */
async function tlsServer(t: TestScope & { testdir(): string }): Promise<number> {
  const folder = t.testdir()
  const [key, cert] = [join(folder, 'tls.key'), join(folder, 'tls.pem')]
  const made = ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes']
  const named = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost', '-days', '2']
  execFileSync('openssl', [...made, ...named, '-keyout', key, '-out', cert], { stdio: 'ignore' })
  const server = createServer({ key: readFileSync(key), cert: readFileSync(cert) })
  server.on('tlsClientError', () => {})
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  t.teardown(() => {
    server.closeAllConnections()
    server.close()
  })
  return (server.address() as { port: number }).port
}

const tokenFrom = (gateway: string) =>
  createTokenSource({ gateway: new URL(gateway), clientId: 'ops', clientSecret: 'secret' }).token()

t.test('where TLS stands between, a command says so and does not ask to start what runs', async (t) => {
  const tls = await tlsServer(t)
  const plain = await recordingUpstream(t)
  await t.rejects(tokenFrom(`https://127.0.0.1:${tls}`), {
    message: /certificate is not trusted \(DEPTH_ZERO_SELF_SIGNED_CERT\): .* NODE_EXTRA_CA_CERTS$/,
  })
  await t.rejects(tokenFrom(`http://127.0.0.1:${tls}`), { message: /use https:\/\/ in place of http:\/\/$/ })
  await t.rejects(tokenFrom(`https://127.0.0.1:${plain.port}`), {
    message: /speaks no TLS: use http:\/\/ in place of https:\/\/$/,
  })
})

t.test('the admin listener is told apart in the same words', async (t) => {
  const failed = (code: string) => new TypeError('fetch failed', { cause: { code } })
  const told = (code: string) => new AdminUnreachable(new URL('https://10.0.0.1:9090'), failed(code)).message
  t.match(told('UNABLE_TO_VERIFY_LEAF_SIGNATURE'), /^admin listener not reachable .*NODE_EXTRA_CA_CERTS$/)
  t.match(told('ERR_TLS_CERT_ALTNAME_INVALID'), /its certificate is not for 10\.0\.0\.1/)
  t.match(told('CERT_HAS_EXPIRED'), /has expired$/)
  t.match(told('ECONNREFUSED'), /start it with pnpm start, or name another with --admin/)
})
