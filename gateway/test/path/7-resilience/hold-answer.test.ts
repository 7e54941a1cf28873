import { recordingUpstream, type TestScope } from '@stockgate/test-kit'
import t from 'tap'
import { Pool } from 'undici'
import { Budget } from '../../../src/path/7-resilience/budget.ts'
import { holdAnswer } from '../../../src/path/7-resilience/hold-answer.ts'
import { WaitingReaders } from '../../../src/path/7-resilience/waiting-readers.ts'
import { type Answer, ARRIVED, type Dispatch, type Outbound } from '../../../src/path/context.ts'
import { until } from '../../kit/until.ts'

interface Held {
  readonly body: Answer['body']
  readonly outbound: Outbound
  readonly state: { arrived: boolean; cut: boolean }
}

/** Asks a real service through the part under test; nothing reads the answer yet. */
async function stand(
  t: TestScope,
  size: number,
  budget: Budget,
  { most = 100, now = (): number => 0, announced = true } = {},
) {
  const service = await recordingUpstream(t, (_request, response) => {
    if (announced) response.setHeader('content-length', size)
    else response.flushHeaders()
    response.end(Buffer.alloc(size, 'x'))
  })
  const pool = new Pool(service.url, { connections: 50, pipelining: 1 })
  t.teardown(() => pool.destroy())
  const send: Dispatch = ({ path }, done) => {
    pool.request({ path, method: 'GET' }, (error, answer) => (answer ? done(null, answer) : done(error)))
  }
  const dispatch = holdAnswer(budget, new WaitingReaders(most, now))(send)
  return (): Promise<Held> =>
    new Promise((resolve, reject) => {
      const state = { arrived: false, cut: false }
      const request = { error: null, passing: null }
      const raw = {
        destroy: () => {
          state.cut = true
        },
      }
      const outbound = { request, reply: { raw }, path: '/' } as unknown as Outbound
      dispatch(outbound, (error, answer) => {
        if (answer === undefined) return reject(error)
        answer.body.once(ARRIVED, () => {
          state.arrived = true
        })
        answer.body.on('error', () => {})
        resolve({ body: answer.body, outbound, state })
      })
    })
}

async function sizeOf(body: Answer['body']): Promise<number> {
  let size = 0
  for await (const chunk of body) size += (chunk as Buffer).length
  return size
}

t.test('an answer of up to 1 MiB arrives though nobody reads it, and its memory is given back', async (t) => {
  const budget = new Budget(10_000_000)
  for (const size of [0, 1, 65_536, 300_000, 1_048_576]) {
    const ask = await stand(t, size, budget)
    const { body, state } = await ask()
    await until(() => state.arrived, `${size} bytes are here`)
    t.equal(budget.held, size)
    t.equal(await sizeOf(body), size)
    await until(() => budget.held === 0, 'the memory is free')
  }
})

t.test('one of unknown length stops at 1 MiB until it is read, and nothing of it is lost', async (t) => {
  const budget = new Budget(10_000_000)
  const ask = await stand(t, 30_000_000, budget, { announced: false })
  const { body, state } = await ask()
  await until(() => body.readableLength >= 1_048_576, 'as much as may be held is here')
  await new Promise((resolve) => setTimeout(resolve, 50))
  t.ok(body.readableLength <= 1_048_576 + 65_536, `${body.readableLength} bytes are held`)
  t.equal(budget.held, 1_048_576)
  t.notOk(state.arrived)
  t.equal(await sizeOf(body), 30_000_000)
  t.ok(state.arrived)
})

t.test('one that announces more than 1 MiB streams without memory of ours', async (t) => {
  const budget = new Budget(10_000_000)
  const ask = await stand(t, 30_000_000, budget)
  const { body } = await ask()
  await until(() => body.readableLength >= 65_536, 'some is here')
  await new Promise((resolve) => setTimeout(resolve, 50))
  t.ok(body.readableLength <= 3 * 65_536, `${body.readableLength} bytes are held`)
  t.ok(budget.held < 65_536)
  t.equal(await sizeOf(body), 30_000_000)
})

t.test('all answers together never hold more than the budget and one chunk each', async (t) => {
  const budget = new Budget(2_000_000)
  const ask = await stand(t, 900_000, budget)
  const held = await Promise.all(Array.from({ length: 20 }, ask))
  await until(() => held.filter(({ state }) => state.arrived).length >= 2, 'some are here')
  await until(() => held.every(({ body }) => body.readableLength >= 65_536), 'all have some')
  const sum = held.reduce((total, { body }) => total + body.readableLength, 0)
  t.ok(budget.held <= 2_000_000)
  t.ok(sum <= 2_000_000 + 20 * 3 * 65_536, `${sum} bytes`)
  for (const { body } of held) t.equal(await sizeOf(body), 900_000)
  await until(() => budget.held === 0, 'all of it is given back')
})

t.test('an answer given up gives its memory and its place back', async (t) => {
  const budget = new Budget(10_000_000)
  const ask = await stand(t, 30_000_000, budget, { announced: false })
  const { body, state } = await ask()
  await until(() => body.readableLength > 500_000, 'a part is here')
  body.destroy()
  await until(() => budget.held === 0 && state.arrived, 'both are free')
})

t.test('where too many keep their service waiting, the one that has for longest is cut', async (t) => {
  let now = 0
  const budget = new Budget(100_000_000)
  const ask = await stand(t, 5_000_000, budget, { most: 2, now: () => now })
  const full = ({ body }: Held) => until(() => body.readableLength >= 65_536, 'it waits for its reader')
  const first = await ask()
  await full(first)
  now = 1_000
  const second = await ask()
  await full(second)
  now = 1_500
  const third = await ask()
  await full(third)
  t.notOk(first.state.cut, 'a wait this short is no harm')
  now = 4_000
  const fourth = await ask()
  await full(fourth)
  t.ok(first.state.cut)
  t.equal(first.outbound.request.error, 'GW_SLOW_CLIENT')
  t.same(
    [second, third, fourth].map(({ state }) => state.cut),
    [false, false, false],
  )
  t.equal(await sizeOf(third.body), 5_000_000, 'one that is read goes on')
})
