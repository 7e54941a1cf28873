import { SettingError } from '@stockgate/settings'
import { createTestIssuer } from '@stockgate/test-kit'
import t from 'tap'
import { checkRuntimeOptions } from '../../src/runtime-options.ts'
import { readGatewaySettings } from '../../src/settings.ts'
import { runGateway, standAlone } from '../kit/process.ts'

function refusal(check: () => unknown): string {
  try {
    check()
  } catch (error) {
    if (error instanceof SettingError) return error.message
    throw error
  }
  return 'taken'
}

t.test('options that loosen the parser or TLS stop the boot, wherever they come from', async (t) => {
  const why = 'with it the HTTP parser takes malformed messages'
  t.equal(
    refusal(() => checkRuntimeOptions({}, ['--insecure-http-parser'])),
    `node: must not hold --insecure-http-parser: ${why}`,
  )
  t.equal(
    refusal(() => checkRuntimeOptions({ NODE_OPTIONS: '--enable-source-maps  --insecure_http_parser' }, [])),
    `NODE_OPTIONS: must not hold --insecure_http_parser: ${why}`,
  )
  for (const option of [
    '--tls-min-v1.0',
    '--tls-max-v1.2',
    '--max-http-header-size=100000',
    '--security-revert=CVE-2023-46809',
  ])
    t.match(
      refusal(() => checkRuntimeOptions({ NODE_OPTIONS: `"${option}"` }, [])),
      `must not hold ${option}`,
    )
  t.match(
    refusal(() => checkRuntimeOptions({ NODE_TLS_REJECT_UNAUTHORIZED: '0' }, [])),
    /^NODE_TLS_REJECT_UNAUTHORIZED: must not be 0/,
  )
  t.equal(
    refusal(() => checkRuntimeOptions({ NODE_OPTIONS: '--max-old-space-size=512' }, ['--no-warnings'])),
    'taken',
  )
  t.equal(
    refusal(() => checkRuntimeOptions({ NODE_TLS_REJECT_UNAUTHORIZED: '1' }, [])),
    'taken',
  )
})

t.test('the process itself refuses them with one line', async (t) => {
  const good = standAlone(t, await createTestIssuer(t), 'http://127.0.0.1:9')
  const gateway = runGateway(t, { ...good, NODE_OPTIONS: '--insecure-http-parser' })
  t.equal(await gateway.exited, 1)
  t.match(
    gateway.output.stderr,
    /^stockgate gateway: NODE_OPTIONS: must not hold --insecure-http-parser: [^\n]+\n$/,
  )
})

t.test('settings of TLS that need each other are asked for by name', async (t) => {
  const base = {
    MANIFESTS: 'm',
    ISSUERS: '[{"issuer":"https://i.test","audience":"a","jwks":"https://i.test/jwks"}]',
    UPSTREAMS: '',
  }
  const read = (env: Record<string, string>) => refusal(() => readGatewaySettings({ ...base, ...env }))
  const needs = 'needs TLS_CERT and TLS_KEY, which switch HTTPS on'
  t.equal(read({ TLS_CERT: 'a.pem' }), 'TLS_KEY: is needed beside TLS_CERT')
  t.equal(read({ TLS_KEY: 'a.key' }), 'TLS_CERT: is needed beside TLS_KEY')
  t.equal(read({ TLS_CLIENT_CA: 'ca.pem' }), `TLS_CLIENT_CA: ${needs}`)
  t.equal(read({ REDIRECT_PORT: '8081' }), `REDIRECT_PORT: ${needs}`)
  const both = { TLS_CERT: 'a.pem', TLS_KEY: 'a.key' }
  t.match(read({ ...both, PUBLIC_URL: 'http://api.test' }), /^PUBLIC_URL: /)
  t.equal(read({ ...both, REDIRECT_PORT: '8081' }), 'taken')
  t.equal(readGatewaySettings({ ...base, ...both }).PUBLIC_URL, 'https://127.0.0.1:8080')
})
