import type { AdminCall } from './admin-client.ts'
import { noAnswer } from './no-answer.ts'

/** Nothing answers at the address of the admin listener. */
export class AdminUnreachable extends Error {
  override readonly name = 'AdminUnreachable'

  constructor(admin: URL, cause: unknown) {
    const start = 'start it with pnpm start, or name another with --admin or STOCKGATE_ADMIN_URL'
    super(`admin listener not reachable at ${admin.origin}: ${noAnswer(admin, cause, start)}`, { cause })
  }
}

export interface Refused {
  readonly call: AdminCall
  readonly status: number
  /** The problem document, where it was one. */
  readonly body: unknown
  /** The last segment of its type, such as `precondition-failed`. */
  readonly problem: string | undefined
  readonly clientId: string
  readonly admin: URL
}

/** One place of a body and what is wrong with it. */
export interface RefusedPlace {
  readonly pointer: string
  readonly detail: string
  readonly code?: string
}

/** The admin listener refused a call. The message is for the person at the terminal: what is wrong, place by place. */
export class AdminRefused extends Error {
  override readonly name = 'AdminRefused'
  readonly status: number
  readonly problem: string | undefined
  /** The whole document: members beyond the usual ones tell more, such as `current_revision`. */
  readonly document: Readonly<Record<string, unknown>>
  readonly places: readonly RefusedPlace[]

  constructor({ call, status, body, problem, clientId, admin }: Refused) {
    const document = (typeof body === 'object' && body !== null ? body : {}) as Record<string, unknown>
    const places = (Array.isArray(document.errors) ? document.errors : []) as RefusedPlace[]
    const lines = [headline(), ...places.map(({ pointer, detail }) => `  ${pointer}: ${detail}`)]
    super(lines.join('\n'))
    this.status = status
    this.problem = problem
    this.document = document
    this.places = places

    function headline(): string {
      const told = [document.detail ?? document.title].filter((text) => typeof text === 'string').join('')
      if (told === '')
        return `${call.method} ${call.path} was answered ${status} by something at ${admin.origin} that is no admin listener`
      if (status === 401) return `${admin.origin} does not take the token of "${clientId}": ${told}`
      if (status === 403) return `"${clientId}" may not do this: ${told} Use another client with --as.`
      const trace = status >= 500 && document.trace_id ? ` [trace ${document.trace_id}]` : ''
      return `${told}${trace}`
    }
  }
}
