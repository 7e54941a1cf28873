import t from 'tap'
import { requireIfMatch, sendTagged } from '../src/etag.ts'
import { sampleApp } from './kit/sample-app.ts'

async function taggedApp(t: Parameters<typeof sampleApp>[0]) {
  const { app, bearer } = await sampleApp(t)
  app.get('/tagged', (request, reply) => sendTagged(request, reply, 7, { version: 7 }))
  app.put('/tagged', async (request) => {
    requireIfMatch(request, 7)
    return { changed: true }
  })
  app.patch('/tagged', (request, reply) => sendTagged(request, reply, 7, { version: 7 }))
  const send = async (method: 'GET' | 'PUT' | 'PATCH', headers: Record<string, string> = {}) =>
    app.inject({ method, url: '/tagged', headers: { ...(await bearer()), ...headers } })
  return { send }
}

t.test('a representation carries a strong tag, and who has it gets 304 without a body', async (t) => {
  const { send } = await taggedApp(t)
  const etag = String((await send('GET')).headers.etag)
  t.match(etag, /^"7-[\w-]{16}"$/)
  for (const known of [etag, `W/${etag}`, `"other", ${etag}`, '*']) {
    const answer = await send('GET', { 'if-none-match': known })
    t.same([answer.statusCode, answer.body, answer.headers.etag], [304, '', etag])
  }
  t.equal((await send('GET', { 'if-none-match': '"6-x"' })).statusCode, 200)
})

t.test('a change without If-Match is 428, with a stale one 412, with the present one done', async (t) => {
  const { send } = await taggedApp(t)
  const etag = String((await send('GET')).headers.etag)
  t.equal((await send('PUT')).statusCode, 428)
  t.equal((await send('PUT', { 'if-match': '"6-abcdefghijklmnop"' })).statusCode, 412)
  t.equal((await send('PUT', { 'if-match': 'nonsense' })).statusCode, 412)
  t.equal((await send('PUT', { 'if-match': etag })).statusCode, 200)
})

t.test('a weak tag protects no change, and If-None-Match does not turn a change into 304', async (t) => {
  const { send } = await taggedApp(t)
  const etag = String((await send('GET')).headers.etag)
  t.equal((await send('PUT', { 'if-match': `W/${etag}` })).statusCode, 412)
  t.equal((await send('PATCH', { 'if-none-match': etag })).statusCode, 200)
})
