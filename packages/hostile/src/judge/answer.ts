import { CANARY } from '../cases/draft.ts'
import { type Answer, headerOf } from '../exchange/answer.ts'
import { INTERNAL } from '../site/upstream.ts'

const HOP = new Set([
  ...Object.keys(INTERNAL).map((name) => name.toLowerCase()),
  'te',
  'trailer',
  'proxy-authorization',
])
/** Names the gateway says itself although a service says them too. */
const OURS = new Set(['x-request-id', 'keep-alive', 'ratelimit-policy'])

/** What no answer may be, whatever was asked. */
export function faultsOfAnswer(answer: Answer, secrets: readonly string[]): string[] {
  const { status, headers, body } = answer
  const faults: string[] = []
  if (status >= 500) faults.push(`the answer is ${status}`)
  if (status === 101) faults.push('the protocol was changed')
  for (const [name, value] of headers) {
    if (HOP.has(name) && !OURS.has(name)) faults.push(`the answer has ${name}: ${value}`)
    if (value.includes(CANARY)) faults.push(`the answer gives ${name}: ${value} away`)
    for (const secret of secrets) if (value.includes(secret)) faults.push(`the answer names ${secret}`)
  }
  if (headers.filter(([name]) => name === 'x-request-id').length !== 1)
    faults.push('the answer has no X-Request-Id, or several')
  if (status >= 400 && body.length > 0) faults.push(...faultsOfProblem(answer, secrets))
  return faults
}

function faultsOfProblem(answer: Answer, secrets: readonly string[]): string[] {
  if (headerOf(answer, 'content-type') !== 'application/problem+json')
    return [`a refusal of type ${headerOf(answer, 'content-type')}`]
  const text = answer.body.toString('utf8')
  const faults = secrets
    .filter((secret) => text.includes(secret))
    .map((secret) => `the refusal names ${secret}`)
  if (text.includes(CANARY)) faults.push('the refusal repeats what it was sent')
  try {
    const { status, type } = JSON.parse(text)
    if (status !== answer.status || typeof type !== 'string') faults.push(`a refusal that says ${text}`)
  } catch {
    faults.push(`a refusal that is no JSON: ${text}`)
  }
  return faults
}
