import t from 'tap'
import type { AdminApp } from '../../../src/admin/http/listener.ts'
import { call } from '../../kit/call.ts'
import { holderKey, proofOf } from '../../kit/dpop.ts'
import { startListener } from './listener.ts'

const routes = (app: AdminApp) => {
  app.get('/read', { config: { access: 'ops:read' } }, async ({ operator }) => ({ operator }))
  app.post('/write', { config: { access: 'ops:write', action: 'test.write' } }, async ({ operator }) => ({
    operator,
  }))
}

async function operated(t: Parameters<typeof startListener>[0]) {
  const { port, issuer, log } = await startListener(t, routes)
  const holder = await holderKey()
  const token = await issuer.sign({ scope: 'ops:read', client_id: 'ops', cnf: { jkt: holder.thumbprint } })
  const url = `http://127.0.0.1:${port}`
  const proven = (htu: string, wish: object = {}) =>
    proofOf(holder, { token, ...wish, claims: { htu, ...(wish as { claims?: object }).claims } })
  const read = async (headers: Record<string, string>) => call(url, '/read', { headers })
  return { port, url, issuer, log, holder, token, proven, read }
}

t.test('a bound token works with the proof of its key, once for each proof', async (t) => {
  const { port, url, token, proven, read } = await operated(t)
  for (const origin of [url, `http://localhost:${port}`]) {
    const dpop = await proven(`${origin}/read`)
    const headers = { host: origin.slice('http://'.length), authorization: `DPoP ${token}`, dpop }
    t.equal((await read(headers)).status, 200, origin)
    const again = await read(headers)
    t.equal(again.status, 401)
    t.match(
      again.headers['www-authenticate'],
      /^Bearer realm="stockgate admin", DPoP algs="[\w ]+", error="invalid_dpop_proof", error_description="The DPoP proof was used before"$/,
    )
  }
})

t.test('a bound token without its proof is 401', async (t) => {
  const { url, holder, issuer, token, proven, read } = await operated(t)
  const dpop = await proven(`${url}/read`)
  const certified = await issuer.sign({ scope: 'ops:read', cnf: { 'x5t#S256': holder.thumbprint } })
  const unbound = await issuer.sign({ scope: 'ops:read' })
  for (const headers of [
    { authorization: `Bearer ${token}` },
    { authorization: `Bearer ${token}`, dpop },
    { authorization: `DPoP ${token}` },
    { authorization: `DPoP ${token}`, dpop: await proven(`${url}/write`) },
    { authorization: `DPoP ${token}`, dpop: await proven(`${url}/read`, { method: 'POST' }) },
    { authorization: `DPoP ${token}`, dpop: await proven('https://api.test/read') },
    { authorization: `DPoP ${token}`, dpop: `${dpop}, ${dpop}` },
    { authorization: `DPoP ${unbound}`, dpop },
    { authorization: `Bearer ${certified}` },
  ])
    t.equal((await read(headers)).status, 401, headers.authorization.slice(0, 8))
})

t.test(
  'a proof made for the address of another machine does not work here, whatever Host comes with it',
  async (t) => {
    const { port, token, proven, read } = await operated(t)
    for (const host of [`203.0.113.5:${port}`, `127.0.0.2:${port}`, '203.0.113.5', `[::1]:${port}`]) {
      const dpop = await proven(`http://${host}/read`)
      const answer = await read({ host, authorization: `DPoP ${token}`, dpop })
      t.ok(answer.status >= 400 && answer.status < 500, host)
    }
  },
)

t.test('a second token in the query is 400', async (t) => {
  const { port, issuer } = await startListener(t, routes)
  const headers = { authorization: `Bearer ${await issuer.sign({ scope: 'ops:read' })}` }
  const answer = await call(`http://127.0.0.1:${port}`, '/read?access_token=x', { headers })
  t.equal(answer.status, 400)
  t.match(answer.headers['www-authenticate'], /error="invalid_request"/)
})

t.test('a scope that is missing is told in the scheme the token came with', async (t) => {
  const { url, token, proven } = await operated(t)
  const dpop = await proven(`${url}/write`, { method: 'POST' })
  const headers = { authorization: `DPoP ${token}`, dpop }
  const answer = await call(url, '/write', { method: 'POST', headers })
  t.equal(answer.status, 403)
  t.match(answer.headers['www-authenticate'], /^DPoP error="insufficient_scope", scope="ops:write", realm=/)
})

t.test('neither token nor proof is in the log of the admin side, or in an answer', async (t) => {
  const { url, log, token, proven, read } = await operated(t)
  const dpop = await proven(`${url}/read`)
  const secrets = [token, dpop, 'CANARY0123456789']
  const answers: string[] = []
  for (const authorization of [...secrets.map((one) => `Bearer ${one}`), `DPoP ${token}`, token]) {
    for (const target of ['/read', '/write', `/read?access_token=${token}`, `/nowhere/${token}`]) {
      const method = target === '/write' ? 'POST' : 'GET'
      const { text, headers } = await call(url, target, { method, headers: { authorization, dpop } })
      answers.push(text, JSON.stringify(headers))
    }
  }
  t.equal((await read({ authorization: `DPoP ${token}`, dpop: await proven(`${url}/read`) })).status, 200)
  for (const secret of secrets) {
    t.notOk(
      answers.some((answer) => answer.includes(secret)),
      'the answers',
    )
    t.notOk(JSON.stringify(log).includes(secret), 'the log')
  }
})
