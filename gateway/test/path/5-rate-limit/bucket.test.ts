import type { FastifyRequest } from 'fastify'
import t from 'tap'
import { boundedKey } from '../../../src/limiter/bounded-key.ts'
import { bucketOf } from '../../../src/path/5-rate-limit/bucket.ts'
import type { Client } from '../../../src/path/context.ts'

const from = (address: string) => ({ address }) as FastifyRequest
const client = (clientId: string) => ({ clientId }) as Client

t.test(
  'the bucket of an ordinary client or address is counted under its own name, not under a hash',
  async (t) => {
    const buckets = [
      bucketOf('standard', client('demo'), from('192.0.2.1')),
      bucketOf('anonymous', null, from('192.0.2.1')),
      bucketOf('anonymous', null, from('2001:db8:1:2:3:4:5:6')),
    ]
    for (const bucket of buckets) t.equal(boundedKey(bucket), bucket)
    t.equal(new Set(buckets).size, 3)
  },
)

t.test('no client can name itself into the bucket of an address or of another tier', async (t) => {
  const victim = bucketOf('anonymous', null, from('192.0.2.1'))
  for (const id of ['192.0.2.1', 'address:192.0.2.1', 'anonymous:address:192.0.2.1'])
    t.not(bucketOf('anonymous', client(id), from('192.0.2.9')), victim)
  t.not(bucketOf('a', client('b:client:c'), from('x')), bucketOf('a-b', client('c'), from('x')))
})
