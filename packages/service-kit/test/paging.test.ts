import t, { type Test } from 'tap'
import Type from 'typebox'
import { createCursors, listName, pageOf } from '../src/paging.ts'
import { closed } from '../src/schemas.ts'
import { sampleApp } from './kit/sample-app.ts'

const cursors = createCursors(Buffer.alloc(32, 1))
const numbers = Array.from({ length: 5 }, (_, i) => i + 1)

async function listApp(t: Test) {
  const { app, bearer } = await sampleApp(t)
  const query = closed({
    cursor: Type.Optional(Type.String()),
    limit: Type.Integer({ default: 2 }),
    parity: Type.Optional(Type.String()),
  })
  app.get('/numbers', { schema: { querystring: query } }, async (request, reply) => {
    const { cursor, limit } = request.query
    const after = cursor ? Number(cursors.decode(listName(request), cursor)[0]) : 0
    const rows = numbers.filter((n) => n > after).slice(0, limit + 1)
    return pageOf(
      request,
      reply,
      cursors,
      rows,
      limit,
      (n) => [n],
      (n) => ({ n }),
    )
  })
  const get = async (url: string) => app.inject({ url, headers: await bearer() })
  return { get }
}

t.test('following next yields every item once, and Link says the same', async (t) => {
  const { get } = await listApp(t)
  const seen: number[] = []
  let url: string | undefined = '/numbers?limit=2'
  while (url) {
    const answer = await get(url)
    const body: { items: { n: number }[]; next?: string; self: string } = answer.json()
    t.equal(body.self, url)
    t.equal(answer.headers.link, body.next && `<${body.next}>; rel="next"`)
    seen.push(...body.items.map((item) => item.n))
    url = body.next
  }
  t.same(seen, numbers)
})

t.test('an altered cursor, one of another list and plain nonsense are 400 invalid-cursor', async (t) => {
  const { get } = await listApp(t)
  const { next } = (await get('/numbers?limit=2')).json()
  const cursor = String(new URLSearchParams(next.split('?')[1]).get('cursor'))
  const flipped = `${cursor[0] === 'A' ? 'B' : 'A'}${cursor.slice(1)}`
  for (const url of [
    `/numbers?cursor=${flipped}`,
    `/numbers?parity=odd&cursor=${cursor}`,
    '/numbers?cursor=x',
  ]) {
    const answer = await get(url)
    t.equal(answer.statusCode, 400, url)
    t.match(answer.json().type, /invalid-cursor$/)
  }
  t.equal(
    (await get(`/numbers?limit=4&cursor=${cursor}`)).statusCode,
    200,
    'another page size is the same list',
  )
})

t.test('a question mark in a filter stays in the next link', async (t) => {
  const { get } = await listApp(t)
  const { next } = (await get('/numbers?parity=odd?even')).json()
  t.match(next, 'parity=odd%3Feven')
  t.equal((await get(next)).statusCode, 200)
})
