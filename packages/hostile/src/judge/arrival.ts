import { createPublicKey, type JsonWebKeyInput, type KeyObject, verify } from 'node:crypto'
import { CANARY, type Expected, MARK } from '../cases/draft.ts'
import { CLAIMED_NAMES } from '../cases/names.ts'
import { faultOfArrival } from '../site/canonical.ts'
import { routeOf } from '../site/routes.ts'
import type { Seen } from '../site/upstream.ts'

/** What the gateway says of each request, once. */
const SAID = [
  'x-forwarded-for',
  'x-forwarded-host',
  'x-forwarded-proto',
  'via',
  'x-request-id',
  'traceparent',
]
const MAY_SAY = new Set([...SAID, 'forwarded'])
const CLAIMED = new Set<string>([
  ...CLAIMED_NAMES,
  'trailer',
  'upgrade',
  'expect',
  'http2-settings',
  'x-api-key',
])

/** Judges what arrives at the services; learns the gateway's own key once. */
export interface ArrivalJudge {
  /** What is wrong with any request that arrived. */
  faults(seen: Seen): string[]
}

export function createArrivalJudge(callerKeys: readonly object[], port: number): ArrivalJudge {
  const keys = callerKeys.map((key) => createPublicKey({ key, format: 'jwk' } as JsonWebKeyInput))
  const tokens = new Map<string, string | null>()
  return {
    faults: (seen) => {
      const { method, target, headers, head } = seen
      const faults: string[] = []
      const all = (name: string) => headers.filter(([one]) => folded(one) === name).map(([, value]) => value)
      const path = target.split('?', 1)[0] as string
      const route = routeOf(method, path)
      if (route === undefined) faults.push(`${method} ${target} is no route`)
      const crooked = faultOfArrival(target, route?.encodedSlash === true)
      if (crooked !== null) faults.push(`${crooked}: ${target}`)
      if (head.includes(CANARY)) faults.push(`a header went through: ${lineWith(head, CANARY)}`)
      for (const name of SAID) if (all(name).length !== 1) faults.push(`${all(name).length} x ${name}`)
      if (all('forwarded').length > 1) faults.push('several Forwarded')
      if (all('x-forwarded-for')[0] !== '127.0.0.1') faults.push(`X-Forwarded-For: ${all('x-forwarded-for')}`)
      if (all('x-forwarded-proto')[0] !== 'http')
        faults.push(`X-Forwarded-Proto: ${all('x-forwarded-proto')}`)
      if (all('x-forwarded-host')[0]?.toLowerCase() !== 'api.test')
        faults.push(`X-Forwarded-Host: ${all('x-forwarded-host')}`)
      if (all('host')[0] !== `127.0.0.1:${port}`) faults.push(`Host: ${all('host')}`)
      if (!/^(?:keep-alive|close)?$/i.test(all('connection').join()))
        faults.push(`Connection: ${all('connection')}`)
      for (const [name] of headers)
        if (CLAIMED.has(folded(name)) && !MAY_SAY.has(name.toLowerCase())) faults.push(`${name} went through`)
      if (route?.auth === 'bearer') {
        const fault =
          all('authorization').length === 1
            ? judged(all('authorization')[0] as string, route.service)
            : 'no caller token'
        if (fault !== null) faults.push(fault)
      }
      return faults
    },
  }

  function judged(authorization: string, service: string): string | null {
    const name = `${service} ${authorization}`
    let fault = tokens.get(name)
    if (fault === undefined) {
      fault = faultOfCaller(authorization, service, keys)
      tokens.set(name, fault)
    }
    return fault
  }
}

function faultOfCaller(authorization: string, service: string, keys: readonly KeyObject[]): string | null {
  const [, input = '', claims = '', signature = ''] =
    /^Bearer ([\w-]+\.([\w-]+))\.([\w-]+)$/.exec(authorization) ?? []
  const good = keys.some((key) =>
    verify(
      'sha256',
      Buffer.from(input),
      { key, dsaEncoding: 'ieee-p1363' },
      Buffer.from(signature, 'base64url'),
    ),
  )
  if (!good) return `not signed by the gateway: ${authorization}`
  const { aud, sub, client_id: client } = JSON.parse(Buffer.from(claims, 'base64url').toString())
  if (!String(aud).endsWith(service)) return `a caller token for ${aud} at ${service}`
  return sub && client === 'shop-app' ? null : `a caller token of ${sub}, ${client}`
}

/** What differs from how a request had to arrive. */
export function differences({ arrival }: Expected, seen: Seen, id: string): string[] {
  if (arrival === undefined) return []
  const faults: string[] = []
  if (!seen.whole) faults.push('only a part of it arrived')
  if (seen.method !== arrival.method) faults.push(`arrived as ${seen.method}`)
  if (seen.target !== arrival.target) faults.push(`arrived as ${seen.target}`)
  const { body, decoded } = arrival
  const same =
    body === undefined || unmarked(seen.body, id).equals(unmarked(body, id)) || decoded?.equals(seen.body)
  if (!same) faults.push(`${seen.body.length} bytes of body arrived, not the ${body?.length} sent, or others`)
  for (const [name, value] of arrival.headers ?? [])
    if (!seen.headers.some(([one, text]) => one.toLowerCase() === name.toLowerCase() && text === value))
      faults.push(`${name}: ${value} did not arrive`)
  return faults
}

/** The id of the case stands where it was drawn with the mark; a mark that chunks tear apart stays one. */
function unmarked(body: Buffer, id: string): Buffer {
  const text = body.toString('latin1')
  return text.includes(id) ? Buffer.from(text.replaceAll(id, MARK), 'latin1') : body
}

const folded = (name: string): string => name.toLowerCase().replaceAll('_', '-')

const lineWith = (head: string, text: string): string =>
  head.split('\r\n').find((line) => line.includes(text)) ?? ''
