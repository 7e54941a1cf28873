// A bare fastify server, alone or with @fastify/rate-limit deciding one window by client address.
// LIMIT: none | memory | redis (with REDIS_URL)
import rateLimit from '@fastify/rate-limit'
import Fastify from 'fastify'
import { Redis } from 'ioredis'
import { reportTo } from './report-cpu.ts'

const { LIMIT = 'none', REDIS_URL } = process.env
const app = Fastify({ logger: false })
const redis =
  LIMIT === 'redis'
    ? new Redis(REDIS_URL as string, { connectTimeout: 500, maxRetriesPerRequest: 1 })
    : undefined
if (LIMIT !== 'none') {
  await app.register(rateLimit, {
    max: 50_000_000,
    timeWindow: '1 hour',
    ...(redis && { redis }),
  })
}
app.get('/thing', (_request, reply) => {
  reply.header('content-type', 'application/json').send('{"id":"thing_1","name":"A thing"}')
})
const url = await app.listen({ host: '127.0.0.1', port: 0 })
reportTo(`${url}/thing`, async () => {
  await app.close()
  redis?.disconnect()
})
