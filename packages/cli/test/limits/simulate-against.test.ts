import { writeCredentials, writeRunning } from '@stockgate/stack/home'
import { recordingUpstream } from '@stockgate/test-kit'
import t, { type Test } from 'tap'
import { limitsInForce } from '../../src/limits/in-force.ts'
import { folder } from '../kit/files.ts'

const tier = { limits: { burst: { quota: 7, window: 1 } } }
const DOCUMENT = {
  tiers: { standard: tier },
  clients: {},
  defaultTier: 'standard',
  anonymousTier: 'standard',
}

/** A gateway with both of its listeners at one place, known to the commands of this machine. */
async function running(t: Test, limits: { status: number; body: object }) {
  const upstream = await recordingUpstream(t, ({ url }, answer) => {
    const bodies: Record<string, object> = {
      '/livez': {},
      '/identity/token': { access_token: 'a-token', expires_in: 60 },
      '/limits': limits.body,
    }
    answer.writeHead(url === '/limits' ? limits.status : 200, { 'content-type': 'application/json' })
    answer.end(JSON.stringify(bodies[url] ?? {}))
  })
  const home = folder(t)
  const before = process.env.STOCKGATE_HOME
  process.env.STOCKGATE_HOME = home
  t.teardown(() => {
    if (before === undefined) delete process.env.STOCKGATE_HOME
    else process.env.STOCKGATE_HOME = before
  })
  writeRunning(home, { pid: 0, gateway: upstream.url, admin: upstream.url })
  writeCredentials(home, { ops: 'a-secret' })
  return upstream
}

t.test('a draft is compared with what the running gateway shows on its admin listener', async (t) => {
  const upstream = await running(t, { status: 200, body: { revision: 12, document: DOCUMENT } })
  const { limits, name } = await limitsInForce({ as: 'ops' })
  t.equal(name, `revision 12, in force at ${upstream.url}`)
  t.match(limits.tiers.standard?.limits[0], { name: 'burst', quota: 7 })
  t.equal(upstream.requests.at(-1)?.headers.authorization, 'Bearer a-token')
})

t.test('a gateway that does not show its limits is an error that says what to do', async (t) => {
  await running(t, { status: 403, body: { detail: 'The scope ops:read is missing.' } })
  await t.rejects(limitsInForce({ as: 'ops' }), {
    message:
      '"ops" may not do this: The scope ops:read is missing. Use another client with --as.\n' +
      'To compare with a file instead, name it with --against.',
  })
  await t.rejects(limitsInForce({ as: 'nobody' }), {
    message: /^no secret known for the client "nobody"/,
  })
})

t.test('a gateway that was killed is passed over, and the report says so', async (t) => {
  const upstream = await running(t, { status: 200, body: {} })
  await upstream.close()
  const { name } = await limitsInForce({ as: 'ops' })
  t.equal(name, `gateway/policy/limits.json (no gateway answers at ${upstream.url})`)
})

t.test('a gateway that was named is asked, and never passed over', async (t) => {
  const upstream = await running(t, { status: 200, body: { revision: 12, document: DOCUMENT } })
  const home = process.env.STOCKGATE_HOME as string
  writeRunning(home, { pid: 0, gateway: upstream.url, admin: 'http://127.0.0.1:1' })
  const { name } = await limitsInForce({ as: 'ops', admin: upstream.url })
  t.equal(name, `revision 12, in force at ${upstream.url}`)
  await t.rejects(limitsInForce({ as: 'ops', admin: 'http://127.0.0.1:1' }), {
    message: /^admin listener not reachable at http:\/\/127\.0\.0\.1:1: .*--against\.$/s,
  })
  process.env.STOCKGATE_ADMIN_URL = upstream.url
  t.teardown(() => delete process.env.STOCKGATE_ADMIN_URL)
  t.equal((await limitsInForce({ as: 'ops' })).name, name)
})
