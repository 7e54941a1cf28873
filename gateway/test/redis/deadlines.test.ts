import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'
import t from 'tap'
import { Deadlines } from '../../src/redis/deadlines.ts'

t.test('what is answered in time is not given up', async (t) => {
  const deadlines = new Deadlines(20)
  const first = deadlines.wait(() => t.fail('given up'))
  t.equal(deadlines.answered(first), true)
  t.equal(deadlines.answered(first), false, 'nobody is answered twice')
  await new Promise((resolve) => deadlines.wait(resolve))
})

t.test('every question has its own time, though one timer serves all', async (t) => {
  const deadlines = new Deadlines(60)
  const asked: number[] = []
  const waited = await Promise.all(
    [0, 1, 2].map(async (index) => {
      await new Promise((resolve) => setTimeout(resolve, index * 20))
      asked[index] = performance.now()
      const error = await new Promise<Error>((resolve) => deadlines.wait(resolve))
      t.equal(error.message, 'no answer within 60 ms')
      return performance.now() - (asked[index] as number)
    }),
  )
  t.ok(
    waited.every((milliseconds) => milliseconds >= 60),
    'none is given up early',
  )
})

t.test('one that was given up is late', async (t) => {
  const deadlines = new Deadlines(10)
  const waiting = await new Promise((resolve) => {
    const asked = deadlines.wait(() => resolve(asked))
  })
  t.equal(deadlines.answered(waiting as Parameters<Deadlines['answered']>[0]), false)
})

t.test('a process too busy to read does not mistake that for silence', async (t) => {
  const server = createServer().listen(0, '127.0.0.1')
  t.teardown(() => server.close())
  await once(server, 'listening')
  const client = connect((server.address() as AddressInfo).port, '127.0.0.1')
  t.teardown(() => client.destroy())
  const [[peer]] = (await Promise.all([once(server, 'connection'), once(client, 'connect')])) as [
    [Socket],
    unknown,
  ]
  t.teardown(() => peer.destroy())
  const deadlines = new Deadlines(20)
  const answer = once(client, 'data')
  peer.write('here')
  const waiting = deadlines.wait(() => t.fail('given up'))
  for (const end = performance.now() + 60; performance.now() < end; );
  await answer
  t.equal(deadlines.answered(waiting), true)
})
