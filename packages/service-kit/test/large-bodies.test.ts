import t from 'tap'
import Type from 'typebox'
import { closed } from '../src/schemas.ts'
import { sampleApp } from './kit/sample-app.ts'

async function listApp(t: Parameters<typeof sampleApp>[0]) {
  const { app, bearer } = await sampleApp(t)
  const body = closed({ lines: Type.Array(closed({ n: Type.Integer() }), { maxItems: 1000 }) })
  app.post('/lists', { schema: { body } }, async () => ({}))
  return async (payload: object) =>
    app.inject({ method: 'POST', url: '/lists', headers: await bearer(), payload })
}

t.test('all faults of an ordinary body are told', async (t) => {
  const post = await listApp(t)
  const answer = await post({ lines: [{ n: 1 }, { n: '1' }, {}], more: true })
  t.same(
    answer.json().errors.map((fault: { pointer: string }) => fault.pointer),
    ['#/more', '#/lines/1/n', '#/lines/2/n'],
  )
})

t.test('at most a hundred faults are listed', async (t) => {
  const post = await listApp(t)
  const answer = await post({ lines: Array.from({ length: 900 }, () => ({})) })
  t.equal(answer.json().errors.length, 100)
})

t.test('a body made of nothing but faults is refused at its first one', async (t) => {
  const post = await listApp(t)
  const answer = await post({ lines: Array.from({ length: 300_000 }, () => 0) })
  t.equal(answer.statusCode, 400)
  t.equal(answer.json().errors.length, 1)
  const nested = await post(JSON.parse(`${'['.repeat(100_000)}${']'.repeat(100_000)}`))
  t.equal(nested.statusCode, 400)
})

t.test('a number that would arrive as another one is refused', async (t) => {
  const { app, bearer } = await sampleApp(t)
  app.post('/numbers', { schema: { body: closed({ n: Type.Number() }) } }, async (request) => request.body)
  const headers = { ...(await bearer()), 'content-type': 'application/json' }
  const post = (payload: string) => app.inject({ method: 'POST', url: '/numbers', headers, payload })
  t.equal((await post('{"n":1e400}')).statusCode, 400)
  t.equal((await post('{"n":9007199254740993}')).statusCode, 400)
  t.equal((await post('{"n":9007199254740991}')).statusCode, 200)
})
