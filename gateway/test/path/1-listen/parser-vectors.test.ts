import { connect } from 'node:net'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { recordingUpstream } from '@stockgate/test-kit'
import t from 'tap'
import { call } from '../../kit/call.ts'
import { statusesIn } from '../../kit/dialogue.ts'
import { startGateway, until } from '../../kit/gateway.ts'
import { readParserVectors, withHost } from './parser-vectors.ts'

const folder = process.env.STOCKGATE_VECTORS
const skip = folder === undefined && 'STOCKGATE_VECTORS does not name the folder with the public test vectors'

/** Wherever a vector goes, there is a route, so that only the rules for messages and targets keep it back. */
const ROUTES = ['/', '/{a}', '/{a}/{b}', '/{a}/{b}/{c}', '/{a}/{b}/{c}/{d}', '/{a}/{b}/{c}/{d}/{e}'].map(
  (path) => ({
    path,
    methods: ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'],
    auth: 'public',
  }),
)

/** What a message may be refused with that the parser has nothing against. */
const NAMED = new Set([
  'GW_BODY_LENGTH',
  'GW_BODY_UNEXPECTED',
  'GW_CLIENT_GONE',
  'GW_CONNECTION',
  'GW_CONNECTION_OVER',
  'GW_DUPLICATE_HEADER',
  'GW_EXPECTATION',
  'GW_FIELD',
  'GW_HOST',
  'GW_MEDIA_TYPE',
  'GW_MESSAGE',
  'GW_METHOD',
  'GW_NO_ROUTE',
  'GW_TARGET',
  'GW_TRANSFER_CODING',
  'GW_UNKNOWN_HOST',
  'GW_VERSION',
])

/** All that came back; once nothing more comes, the client ends its side. */
async function converse(port: number, bytes: string, answers: number): Promise<string> {
  const socket = connect(port, '127.0.0.1')
  let heard = ''
  let closed = false
  let heardAt = performance.now()
  socket.setEncoding('latin1')
  socket.on('data', (text: string) => {
    heard += text
    heardAt = performance.now()
  })
  socket.on('error', () => {})
  socket.once('close', () => {
    closed = true
  })
  socket.write(bytes, 'latin1')
  await until(() => {
    const enough = answers > 0 && statusesIn(heard).filter((status) => status >= 200).length >= answers
    return closed || enough || performance.now() - heardAt > 300
  }, 'the gateway had its say')
  await delay(5)
  socket.end()
  await until(() => closed, `the connection is closed, after: ${heard}`)
  return heard
}

t.test(
  'every request vector of the parser is refused or arrives once, and the next request is served',
  { skip },
  async (t) => {
    const vectors = readParserVectors(join(folder as string, 'http-parser', 'test', 'request'))
    t.ok(vectors.length > 140, `${vectors.length} vectors`)
    const upstream = await recordingUpstream(t)
    const manifest = { service: 'shop', routes: ROUTES }
    const gateway = await startGateway(t, { upstream: upstream.url, manifests: [manifest] })
    const tally = { arrived: 0, refused: 0, silent: 0 }
    for (const { name, bytes, whole, broken, lenient } of vectors) {
      for (const sent of new Set([bytes, withHost(bytes)])) {
        const [requestsBefore, linesBefore] = [upstream.requests.length, gateway.log.length]
        const heard = await converse(gateway.port, sent, broken ? 0 : whole)
        const statuses = statusesIn(heard).filter((status) => status >= 200)
        const arrived = upstream.requests.length - requestsBefore
        const lines = gateway.log.slice(linesBefore)
        const refused = statuses.filter((status) => status >= 400)
        if (refused.some((status) => status >= 500)) t.fail(`${name}: ${statuses}`)
        if (arrived > whole) t.fail(`${name}: ${arrived} arrived of ${whole} whole messages`)
        if (broken && !lenient && refused.length === 0 && statuses.length > whole)
          t.fail(`${name}: broken, and answered ${statuses}`)
        const unnamed = lines.filter(({ error }) => error !== null && !NAMED.has(error))
        if (unnamed.length > 0) t.fail(`${name}: ${unnamed.map(({ error }) => error)}`)
        // What is whole and got no refusal has to be there.
        if (
          !broken &&
          !lenient &&
          lines.every(({ error }) => error === null) &&
          arrived + refused.length < whole
        ) {
          const others = lines.filter(({ service }) => service === null).length
          if (arrived + others < whole) t.fail(`${name}: ${arrived} of ${whole} arrived, answers ${statuses}`)
        }
        tally.arrived += arrived
        tally.refused += refused.length
        if (statuses.length === 0) tally.silent++
        if ((await call(gateway.url, '/after')).status !== 200) t.fail(`${name}: no good request afterwards`)
      }
    }
    t.comment(JSON.stringify(tally))
    t.ok(tally.arrived > 40 && tally.refused > 100, 'some of both')
  },
)
