import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { writeCredentials, writeRunning } from '@stockgate/stack/home'
import t, { type Test } from 'tap'
import { clientSecret, gatewayUrl, knownClients } from '../../src/client/known-clients.ts'

function home(t: Test): string {
  const folder = mkdtempSync(join(tmpdir(), 'cli-home-'))
  t.teardown(() => rmSync(folder, { recursive: true }))
  return folder
}

t.test('the gateway is the option, else STOCKGATE_URL, else the running stack, else port 8080', async (t) => {
  const STOCKGATE_HOME = home(t)
  t.equal(gatewayUrl(undefined, { STOCKGATE_HOME }).href, 'http://127.0.0.1:8080/')
  writeRunning(STOCKGATE_HOME, { pid: 1, gateway: 'http://127.0.0.1:9999', admin: '' })
  t.equal(gatewayUrl(undefined, { STOCKGATE_HOME }).href, 'http://127.0.0.1:9999/')
  const STOCKGATE_URL = 'https://api.test'
  t.equal(gatewayUrl(undefined, { STOCKGATE_HOME, STOCKGATE_URL }).href, 'https://api.test/')
  t.equal(gatewayUrl('http://here', { STOCKGATE_HOME, STOCKGATE_URL }).href, 'http://here/')
})

t.test('what is no address of a gateway is refused in words', async (t) => {
  for (const wrong of ['8080', 'api.test', 'file:///etc/passwd', ''])
    t.throws(() => gatewayUrl(wrong, {}), /is not the address of a gateway: expected something like http/)
})

t.test('a secret is the option, else STOCKGATE_CLIENT_SECRET, else what the stack left', async (t) => {
  const STOCKGATE_HOME = home(t)
  t.equal(clientSecret('demo', undefined, { STOCKGATE_HOME }), undefined)
  writeCredentials(STOCKGATE_HOME, { demo: 'left' })
  t.equal(clientSecret('demo', undefined, { STOCKGATE_HOME }), 'left')
  t.equal(clientSecret('other', undefined, { STOCKGATE_HOME }), undefined)
  t.equal(clientSecret('demo', undefined, { STOCKGATE_HOME, STOCKGATE_CLIENT_SECRET: 'env' }), 'env')
  t.equal(clientSecret('demo', 'option', { STOCKGATE_HOME, STOCKGATE_CLIENT_SECRET: 'env' }), 'option')
  t.same(knownClients({ STOCKGATE_HOME }), ['demo'])
})
