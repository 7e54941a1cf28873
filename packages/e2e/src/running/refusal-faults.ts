import { PROBLEM_JSON, problemKind } from '@stockgate/problem'
import type { RawAnswer } from './raw-call.ts'

/** What only those who run the system may know: names of libraries, places in the code, how databases speak. */
const INSIDE =
  /fastify|undici|ioredis|find-my-way|pg-boss|kysely|oidc-provider|\bkoa\b|\bajv\b|typebox|\bjose\b|\bpino\b|postgres|redis|node_modules|node:|\.[jt]s\b[:)]|\bat \w+ \(|ECONN|FST_|UND_ERR|\bSELECT\b|\bINSERT\b/i

export interface Secrets {
  readonly gateway: string
  /** Ports of the processes behind the gateway. */
  readonly ports: readonly number[]
  /** Folder of the code. */
  readonly root: string
}

/** What is wrong with any refusal, whoever made it: a 5xx, no trace, words from the inside. */
export function refusalFaults(answer: RawAnswer, { ports, root }: Secrets): string[] {
  const { status, headers, text } = answer
  const all = `${text}\n${JSON.stringify(headers)}`
  const id = headers['x-request-id']
  return [
    ...(status >= 400 && status < 500 ? [] : [`${status} is no 4xx`]),
    ...(typeof id === 'string' && /^[0-9a-f]{32}$/.test(id) ? [] : [`X-Request-Id is ${id}`]),
    ...(headers.server || headers['x-powered-by'] ? ['a header tells what serves it'] : []),
    ...ports.filter((port) => all.includes(`:${port}`)).map((port) => `tells of port ${port}`),
    ...(all.includes(root) ? ['tells a folder'] : []),
    ...(INSIDE.exec(all)?.slice(0, 1) ?? []).map((word) => `tells of ${word}`),
  ]
}

/** The same for a problem document, which has to be the one of this slug in every respect. */
export function problemFaults(answer: RawAnswer, slug: string, secrets: Secrets): string[] {
  const kind = problemKind(slug)
  const { status, headers, json, text } = answer
  const wanted: [string, unknown, unknown][] = [
    ['status', status, kind?.status],
    ['Content-Type', headers['content-type'], PROBLEM_JSON],
    ['type', json?.type, kind?.type ?? `${secrets.gateway}/problems/${slug}`],
    ['title', json?.title, kind?.title],
    ['status in the body', json?.status, kind?.status],
    ['trace_id', json?.trace_id, headers['x-request-id']],
  ]
  const different = wanted
    .filter(([, is, should]) => is !== should)
    .map(([name, is, should]) => `${name} is ${is} instead of ${should}`)
  const faults = [...refusalFaults(answer, secrets), ...different]
  return faults.length > 0 ? [...faults, text.slice(0, 300)] : []
}
