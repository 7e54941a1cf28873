import { recordingUpstream } from '@stockgate/test-kit'
import t from 'tap'
import { answersIn, call, exchange, rawRequest } from '../../kit/call.ts'
import { holderKey, proofOf } from '../../kit/dpop.ts'
import { startGateway } from '../../kit/gateway.ts'

const FORM = { 'content-type': 'application/x-www-form-urlencoded' }

t.test('a token anywhere but in Authorization is no token', async (t) => {
  const upstream = await recordingUpstream(t)
  const gateway = await startGateway(t, { upstream: upstream.url })
  const { authorization } = await gateway.auth()
  const token = authorization.slice('Bearer '.length)
  const places: [target: string, headers: Record<string, string>, body?: string][] = [
    [`/things?access_token=${token}`, {}],
    [`/things?token=${token}&authorization=Bearer%20${token}`, {}],
    ['/things', { cookie: `access_token=${token}; authorization=${token}` }],
    ['/things', FORM, `access_token=${token}`],
    ['/things', { 'proxy-authorization': authorization }],
    ['/things', { 'x-authorization': authorization }],
    ['/things', { 'x-access-token': token }],
    ['/things', { 'x-forwarded-authorization': authorization }],
    ['/things', { authorisation: authorization }],
    ['/things', { x_authorization: authorization }],
    ['/things', { dpop: token }],
  ]
  for (const [target, headers, body] of places) {
    const answer = await call(gateway.url, target, { headers, ...(body && { method: 'POST', body }) })
    t.equal(answer.status, 401, JSON.stringify(headers))
    t.match(answer.headers['www-authenticate'], /^Bearer resource_metadata=/)
    t.notMatch(answer.headers['www-authenticate'], /error=/, 'as without any token')
  }
  t.same(upstream.requests, [])
})

t.test('a good token with a second one in the query is 400', async (t) => {
  const upstream = await recordingUpstream(t)
  const gateway = await startGateway(t, { upstream: upstream.url })
  const headers = await gateway.auth()
  for (const query of [
    'access_token=x',
    'page=1&access_token=',
    `access_token=${headers.authorization.slice(7)}`,
  ]) {
    const answer = await call(gateway.url, `/things?${query}`, { headers })
    t.equal(answer.status, 400, query)
    t.match(answer.headers['www-authenticate'], /^Bearer .+, error="invalid_request", error_description=/)
    t.match(answer.json, { type: /malformed-request$/, detail: 'A token belongs into Authorization alone.' })
  }
  t.match(await gateway.line(3), { error: 'GW_TOKEN_FORM', client: null })
  t.same(upstream.requests, [])
  t.equal((await call(gateway.url, '/things?no_access_token=1&q=access_token', { headers })).status, 200)
})

t.test('other spellings of the header are no good token', async (t) => {
  const upstream = await recordingUpstream(t)
  const gateway = await startGateway(t, { upstream: upstream.url })
  const { authorization } = await gateway.auth()
  const token = authorization.slice('Bearer '.length)
  const spelt = [
    token,
    `Bearer${token}`,
    `Bearer:${token}`,
    `Bearer: ${token}`,
    `Bearer=${token}`,
    `Bearer\t${token}`,
    `Bearer "${token}"`,
    `Bearer token=${token}`,
    `Bearer ${token}, Bearer ${token}`,
    `Bearer ${token},`,
    `Bearer ${token} ${token}`,
    `Bearer ${token}; charset=x`,
    `Bearer Bearer ${token}`,
    `Basic YTpi, Bearer ${token}`,
    `Bearer ${token}, Basic YTpi`,
    `Bearer, Bearer ${token}`,
    `Token ${token}`,
    `JWT ${token}`,
    `OAuth ${token}`,
    `MAC ${token}`,
    `Negotiate ${token}`,
    `DPoP ${token}`,
    `DPoP ${token}, Bearer ${token}`,
    `Bearer ${encodeURIComponent(token).replaceAll('.', '%2E')}`,
    `ⓑearer ${token}`,
  ]
  for (const one of spelt) {
    const headers = ['Host: x', `Authorization: ${Buffer.from(one).toString('latin1')}`]
    const [answer] = answersIn(await exchange(gateway.port, rawRequest('GET /things', headers)))
    t.equal(answer?.status, 401, one.replaceAll(token, '…'))
  }
  t.same(upstream.requests, [])
  for (const scheme of ['Bearer', 'bearer', 'BEARER']) {
    const answer = await call(gateway.url, '/things', { headers: { authorization: `${scheme} ${token}` } })
    t.equal(answer.status, 200, 'schemes are read in any case')
  }
})

t.test(
  'two Authorization headers are 400, also where only one is a token or both are the same',
  async (t) => {
    const upstream = await recordingUpstream(t)
    const gateway = await startGateway(t, { upstream: upstream.url })
    const { authorization } = await gateway.auth()
    for (const second of [authorization, 'Basic YTpi', 'Bearer x', '', 'DPoP x']) {
      for (const lines of [
        [`Authorization: ${authorization}`, `authorization: ${second}`],
        [`Authorization: ${second}`, `AUTHORIZATION: ${authorization}`],
      ]) {
        const bytes = rawRequest('GET /things', ['Host: x', ...lines])
        const [answer] = answersIn(await exchange(gateway.port, bytes))
        t.equal(answer?.status, 400, second.slice(0, 10))
      }
    }
    t.same(upstream.requests, [])
  },
)

t.test('no credential is ever in the log or in an answer, wherever a client puts it', async (t) => {
  const upstream = await recordingUpstream(t)
  const gateway = await startGateway(t, { upstream: upstream.url })
  const holder = await holderKey()
  const token = await gateway.issuer.sign({ scope: 'things:read', cnf: { jkt: holder.thumbprint } })
  const proof = await proofOf(holder, { token })
  const canary = 'CANARY0123456789'
  const secrets = [canary, token, proof, token.split('.')[2] as string, proof.split('.')[2] as string]
  const sent: [target: string, headers: string[]][] = []
  for (const secret of [canary, token, proof]) {
    sent.push(
      [`/things?access_token=${secret}`, []],
      [`/things?access_token=${secret}`, [`Authorization: Bearer ${secret}`]],
      ['/things', [`Authorization: Bearer ${secret}`]],
      ['/things', [`Authorization: DPoP ${secret}`]],
      ['/things', [`Authorization: Basic ${secret}`]],
      ['/things', [`Authorization: ${secret}`]],
      ['/things', [`Authorization: Bearer ${secret}`, `Authorization: Bearer ${secret}`]],
      ['/things', [`Authorization: DPoP ${token}`, `DPoP: ${secret}`]],
      ['/things', [`Authorization: DPoP ${token}`, `DPoP: ${secret}`, `DPoP: ${secret}`]],
      ['/things', [`Cookie: session=${secret}`]],
      ['/things', [`X-API-Key: ${secret}`]],
      ['/things', [`Proxy-Authorization: Bearer ${secret}`]],
      ['/open', [`Authorization: Bearer ${secret}`, `DPoP: ${secret}`]],
      [`http://user:${secret}@x/things`, []],
      [`//user:${secret}@x/things`, []],
      [`/nowhere?code=${secret}#${secret}`, []],
      [`/things\\${secret}`.slice(0, 8), [`Authorization: Bearer ${secret}`]],
    )
  }
  for (const jwt of [token, proof]) sent.push([`/things/${jwt}`, []], [`/nowhere/${jwt}/x`, []])
  let lines = 0
  for (const [target, headers] of sent) {
    const raw = await exchange(gateway.port, rawRequest(`GET ${target}`, ['Host: x', ...headers]))
    t.match(raw, /^HTTP\/1\.1 [2345]/)
    const told = secrets.find((secret) => raw.includes(secret))
    t.equal(
      told,
      undefined,
      `the answer to ${target.slice(0, 30)} with ${headers.map((line) => line.slice(0, 24))}`,
    )
    await gateway.line(++lines)
  }
  const text = gateway.logText()
  for (const secret of secrets) t.notOk(text.includes(secret), 'the log')
})
