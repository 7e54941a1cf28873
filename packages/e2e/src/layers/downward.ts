import { homeOf } from './deployables.ts'
import type { Fault } from './fault.ts'
import { type SourceFile, targetOf } from './source.ts'

/** The parts of a deployable and, for each, the other parts its files may import. */
type Order = Readonly<Record<string, readonly string[]>>

/** What both listeners of the gateway stand on. */
const BELOW = [
  'observe',
  'proofs',
  'policy',
  'keys',
  'limiter',
  'fleet',
  'journal',
  'redis',
  'tokens',
  'tls',
  'wire',
  'errors',
  'health',
  'settings',
]

const GATEWAY: Order = {
  main: ['app', 'path', 'admin', ...BELOW],
  app: ['path', 'admin', ...BELOW],
  path: BELOW,
  admin: BELOW,
  observe: ['policy', 'tokens', 'limiter', 'fleet', 'errors', 'settings'],
  policy: ['fleet', 'journal', 'settings'],
  keys: ['tokens', 'journal', 'settings'],
  limiter: ['fleet', 'redis', 'settings'],
  fleet: ['redis', 'settings'],
  journal: ['redis', 'settings'],
  redis: ['settings'],
  proofs: ['tokens', 'errors', 'settings'],
  tokens: ['journal', 'settings'],
  tls: ['settings'],
  wire: ['errors', 'settings'],
  errors: ['settings'],
  health: ['settings'],
  settings: [],
}

const SERVICE: Order = {
  main: ['app', 'http', 'events', 'domain', 'store', 'outside', 'settings'],
  app: ['http', 'events', 'domain', 'store', 'outside', 'settings'],
  http: ['domain'],
  events: ['domain'],
  store: ['domain'],
  outside: ['domain'],
  domain: [],
  settings: [],
}

/** Inside the gateway and inside each service imports run strictly downward. */
export function downwardFaults(files: readonly SourceFile[]): Fault[] {
  const faults: Fault[] = []
  for (const { path, imports } of files) {
    const home = homeOf(path)
    if (home !== 'gateway' && !home?.startsWith('services/')) continue
    const order = home === 'gateway' ? GATEWAY : SERVICE
    for (const { specifier, line } of imports) {
      const target = targetOf(path, specifier)
      const [from, to] = [partOf(home, path, order), target && partOf(home, target, order)]
      if (!target || !from || !to) continue
      const message = from === to ? stageFault(path, target) : orderFault(order, from, to)
      if (message) faults.push({ path, line, message })
    }
  }
  return faults
}

/** `src/http/…` is part http, `src/main.ts` part main. Any other file directly below src belongs to the app. */
function partOf(home: string, path: string, order: Order): string | undefined {
  const [first, ...rest] = path.startsWith(`${home}/src/`) ? path.slice(home.length + 5).split('/') : []
  if (first === undefined) return undefined
  const name = first.replace(/\.\w+$/, '')
  return rest.length > 0 || name in order ? name : 'app'
}

function orderFault(order: Order, from: string, to: string): string | undefined {
  const allowed = order[from]
  if (!allowed || !(to in order)) return `${allowed ? to : from} has no place in the order of layers`
  if (allowed.includes(to)) return undefined
  return `${from} may import ${allowed.length > 0 ? allowed.join(', ') : 'no other part'}, not ${to}`
}

/** Only the list of stages imports stages; a stage imports itself and what one stage hands to the next. */
function stageFault(path: string, target: string): string | undefined {
  const [from, to] = [stageOf(path), stageOf(target)]
  if (from === undefined || from === to) return undefined
  if (from === 'index.ts') return undefined
  if (to === 'context.ts') return undefined
  return `${from} imports ${to}: only path/index.ts imports stages`
}

/** The folder or file directly below gateway/src/path. */
function stageOf(path: string): string | undefined {
  return /^gateway\/src\/path\/([^/]+)/.exec(path)?.[1]
}
