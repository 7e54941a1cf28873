import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestIssuer, TestScope } from '@stockgate/test-kit'
import { ROOT } from './stack.ts'
import { until } from './until.ts'

/** One gateway process, alone. */
export interface RunningGateway {
  readonly url: string
  /** Its log so far, one JSON document a line. */
  lines(): Record<string, unknown>[]
}

/** What several gateways are told alike. */
export interface Policy {
  readonly limits: object
  readonly manifest: object
  readonly upstreams: string
  readonly issuer: TestIssuer
  readonly redisUrl: string
}

const MAIN = join(ROOT, 'gateway/src/main.ts')

/** Starts a gateway as the process it is in production, on free ports; it ends with the test. */
export async function startGateway(t: TestScope, policy: Policy): Promise<RunningGateway> {
  const folder = mkdtempSync(join(tmpdir(), 'stockgate-gateway-'))
  t.teardown(() => rmSync(folder, { recursive: true, force: true }))
  const write = (name: string, document: object) => {
    writeFileSync(join(folder, name), JSON.stringify(document))
    return join(folder, name)
  }
  const { issuer, audience, jwks } = policy.issuer
  const child = spawn(process.execPath, [MAIN], {
    cwd: folder,
    env: {
      PATH: process.env.PATH ?? '',
      PORT: '0',
      ADMIN_PORT: '0',
      MANIFESTS: write('gateway.json', policy.manifest),
      LIMITS: write('limits.json', policy.limits),
      UPSTREAMS: policy.upstreams,
      ISSUERS: JSON.stringify([{ issuer, audience, jwks: write('jwks.json', jwks) }]),
      REDIS_URL: policy.redisUrl,
      CALLER_KEY: join(folder, 'caller-key.json'),
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let log = ''
  let errors = ''
  child.stdout.on('data', (text) => {
    log += text
  })
  child.stderr.on('data', (text) => {
    errors += text
  })
  const exited = once(child, 'close')
  t.teardown(() => {
    child.kill('SIGTERM')
    return exited
  })
  const lines = () =>
    log
      .split('\n')
      .slice(0, -1)
      .map((line) => JSON.parse(line) as Record<string, unknown>)
  const { url } = await until('the gateway to listen', () => {
    if (child.exitCode !== null) throw new Error(`the gateway ended: ${errors}`)
    return lines().find(({ msg }) => msg === 'listening') as { url: string } | undefined
  })
  return { url, lines }
}
