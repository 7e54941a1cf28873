import type { ServerResponse } from 'node:http'
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
  const endings: Record<string, (response: ServerResponse) => void> = {
    whole: (response) => response.end('whole'),
    empty: (response) => response.writeHead(204).end(),
    same: (response) => response.writeHead(304, { 'content-length': '9' }).end(),
    reset: (response) => response.destroy(),
    cut: (response) =>
      response.writeHead(200, { 'content-length': '9' }).write('c', () => response.destroy()),
    late: () => {},
  }
  const upstream = await recordingUpstream(t, ({ url }, response) =>
    endings[url.split('?')[1] ?? '']?.(response),
  )
  const gateway = await startGateway(t, { upstream: upstream.url, env: { SERVICE_CONCURRENCY: '1' } })
  const outcomes: Record<string, number | string> = {}
  let lines = 0
  for (const method of ['GET', 'HEAD', 'GET']) {
    for (const ending of Object.keys(endings)) {
      const outcome = await call(gateway.url, `${ending === 'late' ? '/quick' : '/open'}?${ending}`, {
        method,
      }).then(
        ({ status }) => status,
        () => 'cut',
      )
      // The place is given back when the gateway itself has seen the end.
      await gateway.line(++lines)
      if (method === 'GET') outcomes[ending] = outcome
      else t.not(outcome, 503, `HEAD ${ending}`)
    }
  }
  t.same(outcomes, { whole: 200, empty: 204, same: 304, reset: 502, cut: 'cut', late: 504 })
})
