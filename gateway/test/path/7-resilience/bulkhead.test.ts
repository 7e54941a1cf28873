import { recordingUpstream } from '@stockgate/test-kit'
import t from 'tap'
import { call } from '../../kit/call.ts'
import { startGateway, until } from '../../kit/gateway.ts'

const manifests = ['slow', 'fine'].map((service) => ({
  service,
  routes: [{ path: `/${service}`, methods: ['GET'], auth: 'public' }],
}))

t.test(
  'a service that hangs takes only its own share: more is 503 at once, others are not touched',
  async (t) => {
    const releases: (() => void)[] = []
    const slow = await recordingUpstream(t, (_request, response) => {
      releases.push(() => response.end('at last'))
    })
    const fine = await recordingUpstream(t)
    const gateway = await startGateway(t, {
      manifests,
      upstream: { slow: slow.url, fine: fine.url },
      env: { SERVICE_CONCURRENCY: '3' },
    })
    const held = [1, 2, 3].map(() => call(gateway.url, '/slow'))
    await until(() => releases.length === 3, 'three are in flight')
    const refused = await call(gateway.url, '/slow')
    t.equal(refused.status, 503)
    t.equal(refused.headers['retry-after'], '1')
    t.equal(refused.json.type, 'https://iana.org/assignments/http-problem-types#temporary-reduced-capacity')
    t.match(await gateway.line(), { error: 'GW_BULKHEAD', service: 'slow', upstream: null })
    t.equal((await call(gateway.url, '/fine')).status, 200)
    for (const release of releases) release()
    t.same(
      (await Promise.all(held)).map(({ text }) => text),
      ['at last', 'at last', 'at last'],
    )
  },
)

t.test('every ending gives its place back', async (t) => {
  let turn = 0
  const upstream = await recordingUpstream(t, (_request, response) => {
    turn++
    if (turn % 3 === 0) response.destroy()
    else if (turn % 3 === 1)
      response.writeHead(200, { 'content-length': '9' }).write('cut', () => response.destroy())
    else response.end('whole')
  })
  const gateway = await startGateway(t, { upstream: upstream.url, env: { SERVICE_CONCURRENCY: '1' } })
  const outcomes = []
  for (let i = 0; i < 12; i++) {
    outcomes.push(
      await call(gateway.url, '/open').then(
        ({ status }) => status,
        () => 'cut',
      ),
    )
    // The place is given back when the gateway itself has seen the end.
    await gateway.line(i + 1)
  }
  t.same(outcomes, Array(4).fill(['cut', 200, 502]).flat())
})
