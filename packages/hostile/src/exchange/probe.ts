import { bytesOfRequest, plain } from '../cases/request.ts'
import type { Recording } from '../site/upstream.ts'
import { headerOf } from './answer.ts'
import type { Wire } from './wire.ts'

/**
 * Sends a good request and gives what is wrong with its answer or its way, or null. Every second one carries a token
 * and a body.
 */
export async function probe(
  wire: Wire,
  caseId: string,
  recording: Recording,
  token: string,
  heavy: boolean,
): Promise<string | null> {
  const request = plain(heavy ? 'POST' : 'GET', heavy ? '/things' : `/open/${caseId}`)
  request.lines[1] = `X-Case: ${caseId}`
  if (heavy) {
    request.lines.push(`Authorization: Bearer ${token}`)
    request.body = Buffer.from(`{"probe":"${caseId}"}`)
    request.framing = 'length'
  }
  wire.write(bytesOfRequest(request))
  const answer = await wire.next()
  if (answer === 'closed') return 'the connection was closed instead of an answer'
  if (answer === 'silent') return 'no answer came'
  if ('fault' in answer) return answer.fault
  if (answer.status !== 200) return `answered ${answer.status}: ${answer.body}`
  const echo = headerOf(answer, 'x-echo')
  if (echo !== caseId || !answer.body.toString().startsWith(`answer to ${caseId}`))
    return `got the answer to ${echo}`
  const seen = recording.byCase.get(caseId)
  if (seen?.length !== 1) return `arrived ${seen?.length ?? 0} times`
  return seen[0]?.body.equals(request.body) === true ? null : 'arrived with another body'
}
