import type { AdminClient } from '../client/admin-client.ts'
import { AdminRefused } from '../client/admin-error.ts'
import { bullets } from './shown.ts'

/** Where the document stands in what the admin listener is sent. */
const IN_BODY = /^#\/document(?=\/|$)/

/** Tells the rules that a document breaks with their places in the file it was read from; other errors as they are. */
export function inFile(error: unknown, file: string, outcome: string): unknown {
  if (!(error instanceof AdminRefused)) return error
  const places = error.places.filter(({ pointer }) => IN_BODY.test(pointer))
  if (places.length === 0) return error
  const head = `${file} breaks ${places.length === 1 ? 'a rule' : `${places.length} rules`}${outcome}:`
  const lines = error.places.map(({ pointer, detail }) => `  ${pointer.replace(IN_BODY, '#')}  ${detail}`)
  return new Error([head, ...lines].join('\n'), { cause: error })
}

/** A change that came second: what it builds on, and what to do about it. */
export interface Second {
  readonly admin: AdminClient
  /** The revision it builds on. */
  readonly expected: number
  /** What builds on it, for the message. */
  readonly what: string
  /** What to do, knowing the revision in force. */
  readonly advice: (current: unknown) => string
}

interface Revision {
  readonly revision: number
  readonly author: string
  readonly reason: string
}

const MOST_NAMED = 10

/** Tells the second of two editors who was first, why, and what it came to; other errors as they are. */
export async function orConflict(
  error: unknown,
  { admin, expected, what, advice }: Second,
): Promise<unknown> {
  if (!(error instanceof AdminRefused) || error.status !== 412) return error
  const { current_revision: current, changes } = error.document
  const texts = (Array.isArray(changes) ? changes : []).map((text) => ({ text: String(text) }))
  const since = (await newest(admin)).filter(({ revision }) => revision > expected)
  const by = since.map(({ revision, author, reason }) => `  revision ${revision} by ${author}: ${reason}\n`)
  const sum = texts.length > 0 ? `which came to\n${bullets(texts)}` : 'which left the limits as they were\n'
  return new Error(
    `nothing was changed: the limits are at revision ${current} by now, and ${what} builds on ${expected}.\n` +
      `Meanwhile came\n${by.join('')}${sum}${advice(current)}`,
    { cause: error },
  )
}

/** Who changed the limits lately. Without it the message still says what changed. */
async function newest(admin: AdminClient): Promise<readonly Revision[]> {
  try {
    const path = `/limits/revisions?limit=${MOST_NAMED}`
    const { body } = await admin.send<{ items: Revision[] }>({ method: 'GET', path, holds: ['items'] })
    return body.items
  } catch {
    return []
  }
}
