import { sql } from 'kysely'
import t from 'tap'
import { expireOverdue } from '../../src/store/expiry.ts'
import { startService, type TestService } from '../kit/service.ts'
import { hold, stocked } from '../kit/stock.ts'

/** Moves the end of holds into the past; nothing here waits for a clock. */
const runOut = (service: TestService, id: string) =>
  sql`update reservations set expires_at = clock_timestamp() - interval '1 ms' where id = ${id}`.execute(
    service.db,
  )

async function overdue(service: TestService) {
  const made = await stocked(service)
  await service.put('/reservations/rsv_1', hold({ 'BOLT-M8': 8 }))
  await runOut(service, 'rsv_1')
  return made
}

t.test('a confirmation after the end is refused, and ends the hold at once', async (t) => {
  const service = await startService(t)
  const { level } = await overdue(service)
  t.match(await service.put('/reservations/rsv_1/confirmation'), {
    status: 409,
    body: { type: /reservation-expired$/ },
  })
  t.match((await service.get(level)).body, { reserved: 0, available: 10 })
  t.match((await service.get('/reservations/rsv_1')).body, { status: 'EXPIRED', lines: [{ released: 8 }] })
})

t.test('a hold past its end shows as expired before anybody has ended it', async (t) => {
  const service = await startService(t)
  await overdue(service)
  t.match((await service.get('/reservations/rsv_1')).body, { status: 'EXPIRED' })
})

t.test('a repeat of the reserve after the end is refused', async (t) => {
  const service = await startService(t)
  const { level } = await overdue(service)
  t.match(await service.put('/reservations/rsv_1', hold({ 'BOLT-M8': 8 })), {
    status: 409,
    body: { type: /reservation-expired$/ },
  })
  t.match((await service.get(level)).body, { reserved: 0 })
})

t.test('a reserve that would come up short ends overdue holds first', async (t) => {
  const service = await startService(t)
  const { level } = await overdue(service)
  t.equal((await service.put('/reservations/rsv_2', hold({ 'BOLT-M8': 9 }))).status, 201)
  t.match((await service.get(level)).body, { reserved: 9 })
  t.match((await service.get('/reservations/rsv_1')).body, { status: 'EXPIRED', version: 2 })
  t.match(await service.put('/reservations/rsv_3', hold({ 'BOLT-M8': 2 })), {
    status: 409,
    body: { errors: [{ requested: 2, available: 1 }] },
  })
})

t.test('the sweeper ends every overdue hold and no other', async (t) => {
  const service = await startService(t)
  const { level } = await stocked(service, { onHand: 1000 })
  for (let n = 0; n < 5; n++) await service.put(`/reservations/rsv_${n}`, hold({ 'BOLT-M8': 10 }))
  await service.put('/reservations/rsv_0/confirmation')
  for (const n of [0, 1, 2]) await runOut(service, `rsv_${n}`)
  t.equal(await expireOverdue(service.db), 2)
  t.equal(await expireOverdue(service.db), 0)
  t.match((await service.get(level)).body, { reserved: 30 })
  t.match((await service.get('/reservations/rsv_0')).body, { status: 'CONFIRMED' })
})

t.test('an expired hold can be released again and again, but not line by line or consumed', async (t) => {
  const service = await startService(t)
  await overdue(service)
  await expireOverdue(service.db)
  t.match(await service.put('/reservations/rsv_1/release'), { status: 200, body: { status: 'EXPIRED' } })
  const lines = [{ line_id: '1', quantity: 1 }]
  const expired = { status: 409, body: { type: /reservation-expired$/ } }
  t.match(await service.put('/reservations/rsv_1/release', { lines }), expired)
  const body = { fulfillment_id: 'f', lines }
  t.match(await service.call({ method: 'POST', url: '/reservations/rsv_1/consumptions', body }), expired)
})

t.test('of a confirmation and an expiry at once exactly one wins', async (t) => {
  const service = await startService(t)
  const { level } = await stocked(service, { onHand: 1000 })
  let confirmed = 0
  for (let round = 0; round < 40; round++) {
    const id = `rsv_${round}`
    await service.put(`/reservations/${id}`, hold({ 'BOLT-M8': 1 }))
    await sql`update reservations set expires_at = clock_timestamp() + make_interval(secs => ${round / 10_000})
      where id = ${id}`.execute(service.db)
    const [reply] = await Promise.all([
      service.put(`/reservations/${id}/confirmation`),
      expireOverdue(service.db),
    ])
    const { status } = (await service.get(`/reservations/${id}`)).body
    t.equal(status, reply.status === 200 ? 'CONFIRMED' : 'EXPIRED')
    if (reply.status === 200) confirmed++
    else t.match(reply.body.type, /reservation-expired$/)
  }
  t.match((await service.get(level)).body, { reserved: confirmed })
})
