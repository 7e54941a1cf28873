import { randomUUID } from 'node:crypto'
import type { TestScope } from '@stockgate/test-kit'
import type t from 'tap'
import { type LogLine, startGateway, type TestGateway, type TestGatewayOptions } from '../../kit/gateway.ts'
import {
  clientOf,
  type Deed,
  type HostileUpstream,
  hostileUpstream,
  type Outcome,
} from './hostile-upstream.ts'

export type Test = TestScope & typeof t

/** What no client may read: addresses, ports, names of services, codes of the transport, libraries, stacks. */
const INTERNAL =
  /127\.0\.0\.1|localhost|:\d{4,5}\b|\bshop\b|ECONN|EPIPE|UND_|HPE_|ENOTFOUND|ERR_|CERT|undici|llhttp|fastify|node:|node_modules|socket|\bat \w+ \(|\.ts\b/i

export interface Stage {
  readonly gateway: TestGateway
  readonly upstream: HostileUpstream
  /**
   * Has the service do one deed, and sees to it that a 5xx is a clean problem, that the next request on the same
   * connection and one on a fresh connection are answered with their own answers, and that the log has one line each.
   */
  perform(t: Test, deed: string, options?: { method?: string; body?: string }): Promise<Performed>
  /** Sees to it that each request the service saw is logged with its endpoint, and no other. */
  balance(t: Test): void
}

export interface Performed extends Outcome {
  readonly line: LogLine
}

/** A gateway with one connection to a hostile service, so that whatever is left on it meets the next request. */
export async function setStage(
  t: TestScope,
  deeds: Readonly<Record<string, Deed>>,
  options: TestGatewayOptions = {},
): Promise<Stage> {
  const upstream = await hostileUpstream(t, deeds)
  const routes = [{ path: '/open', methods: ['GET', 'POST'], auth: 'public', deadlineMs: 5_000 }]
  const gateway = await startGateway(t, {
    upstream: upstream.url,
    manifests: [{ service: 'shop', routes }],
    ...options,
    env: { UPSTREAM_CONNECTIONS: '1', BODY_LIMIT: '20000000', ...options.env },
  })
  const perform: Stage['perform'] = async (t, deed, how = {}) => {
    const before = accessLines(gateway).length
    const client = clientOf(gateway)
    const outcome = await client.ask(`/open?deed=${encodeURIComponent(deed)}`, how)
    const line = await gateway.line(before + 1)
    if (outcome.status >= 500 && line.error !== null && !outcome.cut)
      seemsClean(t, deed, how.method ?? 'GET', outcome)
    const fresh = clientOf(gateway)
    for (const [whose, next] of Object.entries({ same: client, fresh })) {
      const word = randomUUID()
      const { status, text } = await next.ask(`/open?good=${word}`)
      t.same({ status, text }, { status: 200, text: word }, `${deed}: the next on the ${whose} connection`)
      next.close()
    }
    await gateway.line(before + 3)
    return { ...outcome, line }
  }
  return {
    gateway,
    upstream,
    perform,
    balance: (t) => {
      const logged = accessLines(gateway).filter(({ upstream }) => upstream !== null)
      t.equal(upstream.seen.length, logged.length, 'requests seen by the service = requests logged with it')
      t.equal(
        gateway.log.filter(({ error }) => error === 'GW_INTERNAL').length,
        0,
        'nothing was a fault of ours',
      )
      t.equal(gateway.log.length, accessLines(gateway).length, 'the log holds access lines only')
    },
  }
}

function accessLines({ log }: TestGateway): readonly LogLine[] {
  return log.filter((line) => 'verdict' in line)
}

/** Whether a 5xx of the gateway tells nothing but its problem. */
export function seemsClean(t: Test, deed: string, method: string, { status, headers, text }: Outcome): void {
  t.match(String(status), /^50[234]$/, `${deed}: its own kind of failure`)
  t.equal(headers['content-type'], 'application/problem+json', deed)
  t.equal(headers['cache-control'], 'no-store', deed)
  const told = `${JSON.stringify({ ...headers, 'x-request-id': '' })} ${text.replace(/"trace_id":"\w+"/, '')}`
  t.notMatch(told, INTERNAL, `${deed}: nothing from inside`)
  if (method !== 'HEAD') t.equal(JSON.parse(text).status, status, deed)
}
