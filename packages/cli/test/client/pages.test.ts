import t from 'tap'
import { inFlight } from '../../src/client/in-flight.ts'
import { itemsOf } from '../../src/client/pages.ts'
import { createStopSwitch } from '../../src/client/stop-switch.ts'
import { apiOf } from '../kit/api.ts'

t.test('every page is followed, at our gateway whatever origin its link names', async (t) => {
  const { api, upstream } = await apiOf(t, ({ url }, response) => {
    const page = Number(new URL(url, 'http://x').searchParams.get('cursor') ?? 0)
    const next = page < 2 ? { next: `http://elsewhere.invalid/things?limit=2&cursor=${page + 1}` } : {}
    response.end(JSON.stringify({ items: [page * 2, page * 2 + 1], ...next }))
  })
  t.same(await Array.fromAsync(itemsOf(api, '/things?limit=2')), [0, 1, 2, 3, 4, 5])
  t.same(
    upstream.requests.map(({ url }) => url),
    ['/things?limit=2', '/things?limit=2&cursor=1', '/things?limit=2&cursor=2'],
  )
})

t.test('an answer that is no list is refused instead of read as an empty one', async (t) => {
  const { api } = await apiOf(t, (_request, response) => response.end('{}'))
  await t.rejects(Array.fromAsync(itemsOf(api, '/things')), { name: 'RefusedError' })
})

t.test('no more than so many are under way, and all are done', async (t) => {
  let [now, most, done] = [0, 0, 0]
  await inFlight(Array(20).keys(), { concurrency: 3, stop: createStopSwitch() }, async () => {
    most = Math.max(most, ++now)
    await new Promise(setImmediate)
    now--
    done++
  })
  t.equal(most, 3)
  t.equal(done, 20)
})

t.test('stopping takes no further item and finishes those under way', async (t) => {
  const stop = createStopSwitch()
  const [begun, done]: [number[], number[]] = [[], []]
  await inFlight(Array(20).keys(), { concurrency: 3, stop }, async (item) => {
    begun.push(item)
    if (begun.length === 3) stop.stop()
    await new Promise(setImmediate)
    done.push(item)
  })
  t.same(done.toSorted(), begun.toSorted())
  t.equal(done.length, 3)
})

t.test('one failure ends the work and is thrown after the others have finished', async (t) => {
  const done: number[] = []
  const work = inFlight(Array(20).keys(), { concurrency: 2, stop: createStopSwitch() }, async (item) => {
    if (item === 2) throw new Error('two')
    await new Promise(setImmediate)
    done.push(item)
  })
  await t.rejects(work, { message: 'two' })
  t.ok(done.length < 5)
})
