import t, { type Test } from 'tap'
import { sampleApp } from './kit/sample-app.ts'

async function poster(t: Test) {
  const { app, bearer } = await sampleApp(t)
  const headers = { ...(await bearer()), 'content-type': 'application/json' }
  return async (payload: string | Buffer) => {
    const answer = await app.inject({ method: 'POST', url: '/things', headers, payload })
    return { status: answer.statusCode, ...(answer.json() as Record<string, unknown>) }
  }
}

t.test(
  'half a surrogate pair is refused where it stands, since it would be stored as something else',
  async (t) => {
    const post = await poster(t)
    for (const half of ['\\ud800', '\\uDFFF', 'a\\udc00b', '\\ud83dx'])
      t.match(await post(`{"name":"${half}"}`), {
        status: 400,
        errors: [{ pointer: '#/name', detail: 'must not hold half a surrogate pair' }],
      })
  },
)

t.test('whole pairs, escaped or not, and escaped back slashes are text like any other', async (t) => {
  const post = await poster(t)
  t.match(await post('{"name":"\\ud83e\\uddea"}'), { status: 201, name: '🧪' })
  t.match(await post('{"name":"🧪"}'), { status: 201, name: '🧪' })
  t.match(await post('{"name":"\\\\ud800"}'), { status: 201, name: '\\ud800' })
})

t.test('a body that is not UTF-8 is refused instead of being read with replacement characters', async (t) => {
  const post = await poster(t)
  const latin1 = Buffer.from('{"name":"Löwe"}', 'latin1')
  t.match(await post(latin1), { status: 400, detail: 'The body is not UTF-8.' })
  t.match(await post(Buffer.from('{"name":"Löwe"}')), { status: 201, name: 'Löwe' })
})

t.test('the pointer to unstorable text is a JSON Pointer whatever the names on its way', async (t) => {
  const post = await poster(t)
  t.match(await post('{"a/b":{"c~d":["\\u0000"]}}'), { status: 400, errors: [{ pointer: '#/a~1b/c~0d/0' }] })
})

t.test('NUL in a path is pointed at by the name of its place', async (t) => {
  const { app, bearer } = await sampleApp(t)
  const answer = await app.inject({ url: '/things/a%00b', headers: await bearer() })
  t.match(answer.json(), { status: 400, errors: [{ pointer: '/{thing_id}' }] })
})

t.test('a media type nobody reads is told the one the method takes', async (t) => {
  const { app, bearer } = await sampleApp(t)
  const headers = { ...(await bearer()), 'content-type': 'text/xml' }
  const patch = await app.inject({ method: 'PATCH', url: '/things/1', headers, payload: '<a/>' })
  t.equal(patch.statusCode, 415)
  t.equal(patch.json().detail, 'PATCH takes application/merge-patch+json.')
  t.equal(patch.headers['accept-patch'], 'application/merge-patch+json')
  const post = await app.inject({ method: 'POST', url: '/things', headers, payload: '<a/>' })
  t.equal(post.json().detail, 'POST takes application/json.')
})
