import type { AccessLine } from '../site/gateway-process.ts'
import type { Seen } from '../site/upstream.ts'

/** An answer a client got, by the id it was given. */
export interface Answered {
  readonly id: string
  readonly status: number
  readonly caseNumber: number
}

export interface LogCount {
  readonly lines: number
  readonly withUpstream: number
  readonly faults: readonly string[]
}

/** What a log must say of a request: one line each, with the status that was sent, and the upstream it went to. */
export function compareWithLog(
  lines: readonly AccessLine[],
  answered: readonly Answered[],
  seen: readonly Seen[],
): LogCount {
  const faults: string[] = []
  const byId = new Map<string, AccessLine>()
  for (const line of lines) {
    if (byId.has(line.request_id)) faults.push(`${line.request_id} was logged twice`)
    byId.set(line.request_id, line)
  }
  for (const { id, status, caseNumber } of answered) {
    const line = byId.get(id)
    if (line === undefined) faults.push(`the answer ${status} to case ${caseNumber} was never logged (${id})`)
    else if (line.status !== status)
      faults.push(`the answer ${status} to case ${caseNumber} was logged as ${line.status}`)
  }
  const arrived = new Set<string>()
  for (const { headers, caseId, target } of seen) {
    const id = headers.find(([name]) => name.toLowerCase() === 'x-request-id')?.[1] ?? ''
    if (arrived.has(id)) faults.push(`two requests arrived as ${id}`)
    arrived.add(id)
    const line = byId.get(id)
    if (line === undefined) faults.push(`${caseId || target} arrived and was never logged`)
    else if (line.upstream === null)
      faults.push(`${caseId || target} arrived, and its line names no upstream`)
    else if (line.path !== (target.split('?', 1)[0] as string).slice(0, 1024))
      faults.push(`${caseId} arrived as ${target} and was logged as ${line.path}`)
  }
  const withUpstream = lines.filter(({ upstream }) => upstream !== null)
  // A call given up before its first byte went out was chosen an upstream and never reached it.
  for (const { request_id: id, error, path } of withUpstream)
    if (!arrived.has(id) && error === null)
      faults.push(`${path} was logged as sent and never arrived (${id})`)
  return { lines: lines.length, withUpstream: withUpstream.length, faults }
}
