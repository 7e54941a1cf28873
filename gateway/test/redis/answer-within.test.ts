import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'
import t from 'tap'
import { answerWithin } from '../../src/redis/answer-within.ts'

t.test('an answer, and a refusal, are handed on', async (t) => {
  t.equal(await answerWithin(Promise.resolve('yes'), 1_000), 'yes')
  await t.rejects(answerWithin(Promise.reject(new Error('no')), 1_000), { message: 'no' })
})

t.test('silence is given up', async (t) => {
  await t.rejects(answerWithin(new Promise(() => undefined), 20), { message: 'no answer within 20 ms' })
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

  // The answer is on its way before the process gets busy, and waits to be read afterwards.
  const answer = once(client, 'data').then(([data]) => String(data))
  peer.write('here')
  const impatient = new Promise((resolve) => setTimeout(resolve, 20, 'gave up'))
  const first = Promise.race([answer, impatient])
  const patient = answerWithin(answer, 20)
  for (const end = performance.now() + 60; performance.now() < end; );

  t.equal(await first, 'gave up', 'a plain timer is told first')
  t.equal(await patient, 'here')
})
