import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { CANARY } from '../cases/draft.ts'
import { bytesOfRequest, plain } from '../cases/request.ts'
import { openWire } from '../exchange/wire.ts'
import { AUDIENCE, type Credentials, createCredentials } from './credentials.ts'
import { type GatewayProcess, startGatewayProcess } from './gateway-process.ts'
import { BODY_LIMIT, manifests } from './routes.ts'
import { type Recording, startRecording } from './upstream.ts'

/** A gateway process, the services behind it and the issuers it trusts. */
export interface Site {
  readonly gateway: GatewayProcess
  readonly recording: Recording
  readonly credentials: Credentials
  readonly callerKeys: readonly object[]
  stop(): Promise<void>
}

/** So wide that nothing of the run is ever limited. */
const WIDE = { limits: { burst: { quota: 1_000_000, window: 1 } } }
const LIMITS = {
  tiers: { standard: WIDE, anonymous: WIDE },
  clients: {},
  defaultTier: 'standard',
  anonymousTier: 'anonymous',
}

/** Starts them all on free ports of loopback, the gateway from this file. Whatever fails, nothing is left behind. */
export async function startSite(main: string): Promise<Site> {
  await using opened = new AsyncDisposableStack()
  const folder = mkdtempSync(join(tmpdir(), 'stockgate-hostile-'))
  opened.defer(() => rmSync(folder, { recursive: true, force: true }))
  const write = (name: string, document: object): string => {
    writeFileSync(join(folder, name), JSON.stringify(document))
    return join(folder, name)
  }
  const credentials = createCredentials()
  const recording = await startRecording()
  opened.defer(() => recording.stop())
  const files = manifests().map((manifest, at) => write(`gateway-${at}.json`, manifest))
  const [one, other] = credentials.keySets
  const issuers = credentials.issuers([write('keys.json', one), write('other-keys.json', other)])
  const origin = `http://127.0.0.1:${recording.port}`
  const gateway = await startGatewayProcess(
    main,
    {
      PORT: '0',
      ADMIN_PORT: '0',
      PUBLIC_URL: AUDIENCE,
      HOSTS: 'api.test',
      MANIFESTS: files.join(','),
      LIMITS: write('limits.json', LIMITS),
      UPSTREAMS: `shop=${origin},vault=${origin}`,
      ISSUERS: JSON.stringify(issuers),
      CALLER_KEY: join(folder, 'caller-key.json'),
      STATE: folder,
      ADDRESS_LIMIT: '0',
      BODY_LIMIT: String(BODY_LIMIT),
      SERVICE_CONCURRENCY: '1000',
    },
    CANARY,
  )
  opened.defer(() => gateway.stop())
  const callerKeys = await callerKeysOf(gateway.port)
  const all = opened.move()
  return { gateway, recording, credentials, callerKeys, stop: () => all.disposeAsync() }
}

/** The public half of what the gateway signs caller tokens with. */
async function callerKeysOf(port: number): Promise<object[]> {
  const wire = await openWire(port)
  wire.write(bytesOfRequest(plain('GET', '/.well-known/jwks.json')))
  const answer = await wire.next()
  wire.cut()
  if (typeof answer === 'string' || 'fault' in answer || answer.status !== 200)
    throw new Error(`the keys of the gateway cannot be had: ${JSON.stringify(answer)}`)
  return JSON.parse(answer.body.toString()).keys
}
