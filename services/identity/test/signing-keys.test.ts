import { chmodSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import * as oauth from 'openid-client'
import t from 'tap'
import { loadSigningKeys } from '../src/signing-keys.ts'
import { discover, readToken, startIssuer, stateFolder } from './issuer.ts'

t.test('a token from before a restart is proven by the keys published after it', async (t) => {
  const state = stateFolder(t)
  const before = await startIssuer(t, { state })
  const { access_token } = await oauth.clientCredentialsGrant(await discover(before.issuer, 'demo'))
  const after = await startIssuer(t, { state })
  t.match((await readToken(after.issuer, access_token)).claims, { client_id: 'demo' })
})

t.test('another state folder means other keys', async (t) => {
  const [one, other] = [await startIssuer(t), await startIssuer(t)]
  const { access_token } = await oauth.clientCredentialsGrant(await discover(one.issuer, 'demo'))
  await t.rejects(readToken(other.issuer, access_token), { code: 'ERR_JWKS_NO_MATCHING_KEY' })
})

t.test('only this user can read the keys, whatever the umask', async (t) => {
  const umask = process.umask(0)
  t.teardown(() => process.umask(umask))
  const folder = join(stateFolder(t), 'deep', 'state')
  await loadSigningKeys(folder)
  t.equal(statSync(folder).mode & 0o777, 0o700)
  t.same(readdirSync(folder), ['signing-keys.json'])
  t.equal(statSync(join(folder, 'signing-keys.json')).mode & 0o777, 0o600)
})

t.test('processes that start at once agree on one key', async (t) => {
  const folder = stateFolder(t)
  const loaded = await Promise.all(Array.from({ length: 8 }, () => loadSigningKeys(folder)))
  t.equal(new Set(loaded.map(({ keys }) => keys[0]?.kid)).size, 1)
  t.same(readdirSync(folder), ['signing-keys.json'])
})

for (const content of ['', '{"keys":[]}', '{"keys":[{"kty":"EC","crv":"P-256","kid":"x"}]}', 'null', '[1]'])
  t.test(`a key file that holds ${content || 'nothing'} is kept and refused with what to do`, async (t) => {
    const folder = stateFolder(t)
    const path = join(folder, 'signing-keys.json')
    writeFileSync(path, content)
    await t.rejects(loadSigningKeys(folder), { setting: 'STATE', message: /restore it, or remove it/ })
    t.equal(readFileSync(path, 'utf8'), content)
  })

t.test('a folder that cannot be used is one line about STATE', async (t) => {
  const folder = stateFolder(t)
  const file = join(folder, 'file')
  writeFileSync(file, '')
  await t.rejects(loadSigningKeys(join(file, 'state')), { setting: 'STATE', message: /ENOTDIR/ })
  if (process.getuid?.() === 0) return
  const closed = join(folder, 'closed')
  mkdirSync(closed)
  chmodSync(closed, 0o500)
  await t.rejects(loadSigningKeys(closed), { setting: 'STATE', message: /EACCES/ })
})
