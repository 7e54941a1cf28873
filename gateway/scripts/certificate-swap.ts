// Replaces the certificate of a gateway again and again while clients call it over HTTP/1.1 and HTTP/2, and counts what
// they notice: node gateway/scripts/certificate-swap.ts [--seconds 20]
import { X509Certificate } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { Agent, request } from 'node:https'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import type { TLSSocket } from 'node:tls'
import { parseArgs } from 'node:util'
import { createTestIssuer, recordingUpstream, type TestScope } from '@stockgate/test-kit'
import { type Authority, createAuthority } from '../test/kit/authority.ts'
import { WIDE_LIMITS } from '../test/kit/gateway.ts'
import { callOver, http2Client } from '../test/kit/http2.ts'
import { folderOf, runGateway, standAlone } from '../test/kit/process.ts'
import { handshake } from '../test/kit/tls-client.ts'

export interface SwapReport {
  readonly requests: number
  /** Answered with anything but 200, or not at all. */
  readonly failed: number
  /** Why, each once. */
  readonly failures: readonly string[]
  readonly swaps: number
  /** Swaps whose certificate a new handshake was given. */
  readonly seen: number
  /** From the files being whole to the first handshake with them, in milliseconds. */
  readonly slowestMs: number
  /** Connections opened before the first swap, and how many of them served to the end. */
  readonly connections: number
  readonly kept: number
  /** Handshakes of clients that open a connection for each request. */
  readonly handshakes: number
  /** Those that got the certificate of a swap, and not the first. */
  readonly handshakesWithNew: number
}

const KEEP_ALIVE_CONNECTIONS = 4
const HTTP2_CONNECTIONS = 2
const STREAMS_EACH = 4
const SWAP_EVERY_MS = 1_500
const WITHIN_MS = 10_000

/** A new certificate, in force when a handshake with it succeeds. Gives how long that took; null where it did not. */
async function swap(port: number, files: [string, string], authority: Authority): Promise<number | null> {
  const next = authority.leaf(['localhost'], { days: 90 })
  const { fingerprint256 } = new X509Certificate(next.cert)
  // Half a file, then a certificate beside the old key: what a careless copy goes through.
  writeFileSync(files[0], next.cert.slice(0, 400))
  await delay(100)
  writeFileSync(files[0], next.cert)
  await delay(100)
  writeFileSync(files[1], next.key)
  const whole = performance.now()
  while (performance.now() - whole < WITHIN_MS) {
    const socket = await handshake(port, authority)
    const given = socket.getPeerX509Certificate()?.fingerprint256
    socket.destroy()
    if (given === fingerprint256) return performance.now() - whole
    await delay(50)
  }
  return null
}

/** Calls over HTTP/1.1; gives the connection each one went over. */
function callOnce(port: number, authority: Authority, agent: Agent | false): Promise<TLSSocket> {
  return new Promise((resolve, reject) => {
    const options = {
      host: '127.0.0.1',
      servername: 'localhost',
      port,
      path: '/open',
      ca: authority.cert,
      agent,
    }
    const outgoing = request({ ...options, headers: { host: 'localhost' } }, (incoming) => {
      const socket = incoming.socket as TLSSocket
      incoming.resume().once('end', () => {
        if (incoming.statusCode === 200) resolve(socket)
        else reject(new Error(`status ${incoming.statusCode}`))
      })
      incoming.once('error', reject)
    })
    outgoing.once('error', reject)
    outgoing.end()
  })
}

/** Runs a gateway with a certificate that changes every other second. Everything ends with `t`. */
export async function runCertificateSwap(
  t: TestScope,
  { seconds }: { seconds: number },
): Promise<SwapReport> {
  const authority = createAuthority(t)
  const first = authority.leaf(['localhost'], { days: 90 })
  const firstPrint = new X509Certificate(first.cert).fingerprint256
  const folder = folderOf(t, { 'tls.crt': first.cert, 'tls.key': first.key, 'limits.json': WIDE_LIMITS })
  const files: [string, string] = [join(folder, 'tls.crt'), join(folder, 'tls.key')]
  const upstream = await recordingUpstream(t)
  const gateway = runGateway(t, {
    ...standAlone(t, await createTestIssuer(t), upstream.url),
    TLS_CERT: files[0],
    TLS_KEY: files[1],
    LIMITS: join(folder, 'limits.json'),
    ADDRESS_LIMIT: '0',
    REQUESTS_PER_CONNECTION: '1000000',
    LOG_LEVEL: 'info',
  })
  const port = Number(new URL((await gateway.ready()).url).port)

  const failures = new Map<string, number>()
  let requests = 0
  let running = true
  async function keepCalling(call: () => Promise<unknown>): Promise<void> {
    while (running) {
      requests++
      try {
        await call()
      } catch (error) {
        const reason = (error as NodeJS.ErrnoException).code ?? (error as Error).message
        failures.set(reason, (failures.get(reason) ?? 0) + 1)
        await delay(10)
      }
    }
  }

  const used = new Set<TLSSocket>()
  const agent = new Agent({ keepAlive: true, maxSockets: KEEP_ALIVE_CONNECTIONS })
  t.teardown(() => agent.destroy())
  const sessions = await Promise.all(
    Array.from({ length: HTTP2_CONNECTIONS }, () => http2Client(t, { port }, authority)),
  )
  let handshakes = 0
  let handshakesWithNew = 0
  const workers = [
    ...Array.from({ length: KEEP_ALIVE_CONNECTIONS }, () =>
      keepCalling(async () => used.add(await callOnce(port, authority, agent))),
    ),
    ...sessions.flatMap(({ session }) =>
      Array.from({ length: STREAMS_EACH }, () =>
        keepCalling(async () => {
          const { status, code } = await callOver(session, '/open')
          if (status !== 200 || code !== 0) throw new Error(`status ${status}, code ${code}`)
        }),
      ),
    ),
    keepCalling(async () => {
      const socket = await handshake(port, authority)
      handshakes++
      if (socket.getPeerX509Certificate()?.fingerprint256 !== firstPrint) handshakesWithNew++
      socket.destroy()
      await callOnce(port, authority, false)
    }),
  ]

  let swaps = 0
  let seen = 0
  let slowestMs = 0
  const until = performance.now() + seconds * 1_000
  while (performance.now() < until) {
    await delay(SWAP_EVERY_MS)
    swaps++
    const took = await swap(port, files, authority)
    if (took === null) continue
    seen++
    slowestMs = Math.max(slowestMs, took)
  }
  running = false
  await Promise.all(workers)
  const extra = used.size - KEEP_ALIVE_CONNECTIONS
  const alive = sessions.filter(({ session }) => !session.closed && !session.destroyed).length
  return {
    requests,
    failed: [...failures.values()].reduce((sum, count) => sum + count, 0),
    failures: [...failures.keys()],
    swaps,
    seen,
    slowestMs: Math.round(slowestMs),
    connections: KEEP_ALIVE_CONNECTIONS + HTTP2_CONNECTIONS,
    kept: KEEP_ALIVE_CONNECTIONS - extra + alive,
    handshakes,
    handshakesWithNew,
  }
}

if (import.meta.main) {
  const { values } = parseArgs({ options: { seconds: { type: 'string', default: '20' } } })
  const ends: (() => unknown)[] = []
  try {
    const report = await runCertificateSwap(
      { teardown: (end: () => unknown) => void ends.push(end) },
      { seconds: Number(values.seconds) },
    )
    process.stdout.write(`${JSON.stringify(report, null, 2)}\n`)
    process.exitCode = report.failed === 0 && report.seen === report.swaps ? 0 : 1
  } finally {
    for (const end of ends.reverse()) await end()
  }
}
