import { type KeyBook, type KeyEntry, stateOf } from './key-book.ts'
import type { KeyEvent, KeyRecord, SealedKey } from './key-event.ts'
import { KeyFault } from './key-fault.ts'
import { mintKey } from './key-text.ts'
import type { Seal } from './seal.ts'

/** Keys that are good for calls; every one of them is in the memory of every gateway. */
const MOST_KEYS = 10_000

/** What is asked for in a new key. */
export interface KeyWish {
  readonly name: string
  readonly client: string
  readonly sub: string
  readonly scopes: readonly string[]
  /** Seconds; null for a key without end. */
  readonly expiresIn: number | null
}

export interface RotationWish {
  /** Seconds the old key stays good. */
  readonly overlap: number
  /** Seconds; undefined gives the new key as long a life as the old one was given. */
  readonly expiresIn?: number | null
}

/** A key that was just made: the one time its text is there. */
export interface IssuedKey {
  readonly record: KeyRecord
  readonly text: string
}

/** A change worked out on the book as it is now; it holds only if nobody writes first. */
export interface Draft<Result> {
  readonly event: KeyEvent
  readonly result: Result
}

export interface ChangeContext {
  readonly book: KeyBook
  readonly seal: Seal
  readonly now: number
  readonly by: string
}

export function draftCreation(context: ChangeContext, wish: KeyWish): Draft<IssuedKey> {
  const { book, now, by } = context
  let usable = 0
  for (const entry of book.all()) if (isUsable(entry, now)) usable++
  if (usable >= MOST_KEYS)
    throw new KeyFault('full', `There are ${MOST_KEYS} keys already; revoke those nobody uses.`)
  const expires = wish.expiresIn === null ? null : now + wish.expiresIn * 1000
  const { key, text } = sealed(context, { ...wish, expires, rotatedFrom: null })
  return { event: { kind: 'created', at: now, by, key }, result: { record: recordOf(key), text } }
}

export function draftRotation(context: ChangeContext, id: string, wish: RotationWish): Draft<IssuedKey> {
  const { book, now, by } = context
  const entry = known(book, id)
  const { key: old } = entry
  const state = stateOf(entry, now)
  if (entry.rotatedTo !== null)
    throw new KeyFault(
      'state',
      `The key ${id} was rotated before; rotate ${entry.rotatedTo}, which took over.`,
    )
  if (state !== 'active')
    throw new KeyFault('state', `The key ${id} is ${state} and cannot be rotated; create a new one.`)
  const { overlap, expiresIn } = wish
  const given = old.expires === null ? null : old.expires - old.created
  const life = expiresIn === undefined ? given : expiresIn === null ? null : expiresIn * 1000
  const expires = life === null ? null : now + life
  const { key, text } = sealed(context, { ...old, expires, rotatedFrom: id })
  const event = { kind: 'rotated', at: now, by, key, overlapEnds: now + overlap * 1000 } as const
  return { event, result: { record: recordOf(key), text } }
}

/** Ends a key and whatever it took over from: who revokes the key in use wants nobody to get in with an older one. */
export function draftRevocation({ book, now, by }: ChangeContext, id: string): Draft<readonly string[]> {
  const entry = known(book, id)
  if (entry.revoked !== null) throw new KeyFault('state', `The key ${id} is revoked already.`)
  const line = book.lineOf(id).filter((one) => one.key.id === id || isUsable(one, now))
  const ids = line.map(({ key }) => key.id)
  return { event: { kind: 'revoked', at: now, by, ids }, result: ids }
}

function known(book: KeyBook, id: string): KeyEntry {
  const entry = book.get(id)
  if (entry === undefined) throw new KeyFault('unknown', 'There is no key of this id.')
  return entry
}

function isUsable(entry: KeyEntry, now: number): boolean {
  const state = stateOf(entry, now)
  return state === 'active' || state === 'overlap'
}

type Asked = Pick<KeyRecord, 'name' | 'client' | 'sub' | 'scopes' | 'expires' | 'rotatedFrom'>

function sealed({ seal, now, by }: ChangeContext, asked: Asked): { key: SealedKey; text: string } {
  const { id, text } = mintKey()
  const { name, client, sub, scopes, expires, rotatedFrom } = asked
  const record = { id, name, client, sub, scopes, created: now, createdBy: by, expires, rotatedFrom }
  return { key: { ...record, seal: seal.of(text), pepper: seal.pepper }, text }
}

/** Of a sealed key what may be shown. */
export function recordOf({ seal: _seal, pepper: _pepper, ...record }: SealedKey): KeyRecord {
  return record
}
