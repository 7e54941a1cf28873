import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto'
import { ProblemError, problems } from '@stockgate/problem'
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Kysely } from 'kysely'
import type { KitTables } from './migrations.ts'

/** The values of the sort key at the last item of a page. */
export type Position = readonly (string | number)[]

/** Opaque, authenticated cursors, each tied to one list with its filters. */
export interface Cursors {
  encode(list: string, position: Position): string
  /** Throws `invalid-cursor` for a cursor that is altered or belongs to another list. */
  decode(list: string, cursor: string): Position
}

/** Cursors under the secret that all processes of a service share through its database. */
export async function openCursors<Tables extends KitTables>(db: Kysely<Tables>): Promise<Cursors> {
  const kit = db as unknown as Kysely<KitTables>
  await kit
    .insertInto('kit_secrets')
    .values({ name: 'cursor', secret: randomBytes(32) })
    .onConflict((conflict) => conflict.doNothing())
    .execute()
  const { secret } = await kit
    .selectFrom('kit_secrets')
    .select('secret')
    .where('name', '=', 'cursor')
    .executeTakeFirstOrThrow()
  return createCursors(secret)
}

export function createCursors(secret: Uint8Array): Cursors {
  const sign = (list: string, payload: string) =>
    createHmac('sha256', secret).update(`${list}\n${payload}`).digest().subarray(0, 16)
  return {
    encode(list, position) {
      const payload = Buffer.from(JSON.stringify(position)).toString('base64url')
      return `${payload}.${sign(list, payload).toString('base64url')}`
    },
    decode(list, cursor) {
      const [payload = '', signature = ''] = cursor.split('.')
      const given = Buffer.from(signature, 'base64url')
      const wanted = sign(list, payload)
      if (given.length !== wanted.length || !timingSafeEqual(given, wanted))
        throw new ProblemError(problems.invalidCursor, {
          errors: [{ pointer: '?cursor', detail: 'is not of this list' }],
        })
      return JSON.parse(Buffer.from(payload, 'base64url').toString('utf8'))
    },
  }
}

/** The name of a list for its cursors: path and all parameters but cursor and limit, in one order. */
export function listName(request: FastifyRequest): string {
  const { path, query } = partsOf(request)
  query.delete('cursor')
  query.delete('limit')
  query.sort()
  return `${path}?${query}`
}

/**
 * The body of a page. `rows` holds one row more than `limit` when there is a next page; `position` reads the sort key.
 * Sets `Link: rel="next"` as RFC 8288 says.
 */
export function pageOf<Row, Item>(
  request: FastifyRequest,
  reply: FastifyReply,
  cursors: Cursors,
  rows: readonly Row[],
  limit: number,
  position: (row: Row) => Position,
  item: (row: Row) => Item,
): { items: Item[]; self: string; next?: string } {
  const shown = rows.slice(0, limit)
  const last = shown.at(-1)
  const body = { items: shown.map(item), self: request.url }
  if (rows.length <= limit || last === undefined) return body
  const { path, query } = partsOf(request)
  query.set('cursor', cursors.encode(listName(request), position(last)))
  const next = `${path}?${query}`
  reply.header('link', `<${next}>; rel="next"`)
  return { ...body, next }
}

function partsOf(request: FastifyRequest): { path: string; query: URLSearchParams } {
  const mark = request.url.indexOf('?')
  if (mark < 0) return { path: request.url, query: new URLSearchParams() }
  return { path: request.url.slice(0, mark), query: new URLSearchParams(request.url.slice(mark)) }
}
