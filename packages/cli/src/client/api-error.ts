import type { Answer } from './api-client.ts'

/** No usable answer from the gateway for longer than we are willing to wait. */
export class UnreachableError extends Error {
  override readonly name = 'UnreachableError'
}

/** The API refused a call in a way that the caller of the command has to mend; the message names the call. */
export class RefusedError extends Error {
  override readonly name = 'RefusedError'
  readonly answer: Answer

  constructor(call: { readonly method: string; readonly path: string }, answer: Answer) {
    super(`${call.method} ${call.path} was refused: ${describe(answer)}`)
    this.answer = answer
  }
}

/** An answer in a few words: status, title, detail, the first place it points at. */
export function describe({ status, body }: Answer): string {
  const problem = (body ?? {}) as Record<string, unknown>
  const first = Array.isArray(problem.errors) ? (problem.errors[0] as Record<string, unknown>) : undefined
  return [
    status,
    problem.detail ?? problem.title,
    first && `(${first.pointer}: ${first.detail})`,
    problem.trace_id && `[trace ${problem.trace_id}]`,
  ]
    .filter(Boolean)
    .join(' ')
}
