import { request } from 'node:http'
import t from 'tap'
import { recordingUpstream } from '../src/index.ts'

t.test('the upstream records a request as it came and answers 200 {}', async (t) => {
  const upstream = await recordingUpstream(t)
  const next = upstream.next()
  const answer = await fetch(`${upstream.url}/a%2Fb?c=1&c=2`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', 'X-Odd': 'yes' },
    body: '{"a":1}',
  })
  t.equal(answer.status, 200)
  t.same(await answer.json(), {})
  t.match(upstream.requests, [{ method: 'POST', url: '/a%2Fb?c=1&c=2', text: '{"a":1}' }])
  t.same((await next).json(), { a: 1 })
  t.match(await next, { headers: { 'x-odd': 'yes' } })
})

t.test('the handler decides the answer, and its failure is a 500', async (t) => {
  const upstream = await recordingUpstream(t, ({ url }, response) => {
    if (url === '/bad') throw new Error('no')
    response.writeHead(418).end('teapot')
  })
  t.equal((await fetch(upstream.url)).status, 418)
  t.equal((await fetch(`${upstream.url}/bad`)).status, 500)
})

t.test('a request cut off in its body is not recorded', async (t) => {
  const upstream = await recordingUpstream(t)
  const cut = request(upstream.url, { method: 'POST', headers: { 'content-length': 100 } })
  const failed = new Promise((resolve) => cut.on('error', resolve))
  cut.write('half', () => cut.destroy(new Error('left')))
  await failed
  await fetch(upstream.url)
  t.equal(upstream.requests.length, 1)
})

t.test('after close nobody answers', async (t) => {
  const upstream = await recordingUpstream(t, () => {})
  const hanging = fetch(upstream.url).then(
    () => 'answered',
    () => 'cut',
  )
  await upstream.next()
  await upstream.close()
  t.equal(await hanging, 'cut')
  await t.rejects(fetch(upstream.url))
})
