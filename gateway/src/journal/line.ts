import { createHash } from 'node:crypto'
import type { Numbered } from './journal.ts'

/**
 * An entry as it is kept: one line `{"number":2,"chain":"…","entry":{…}}`. The chain is a digest over this entry and
 * all before it, so two histories are the same to here where their newest lines have the same head.
 */
export interface Line<E> extends Numbered<E> {
  readonly text: string
  /** The text before the entry. */
  readonly head: string
  readonly chain: string
}

const FORM = /^\{"number":(\d+),"chain":"([0-9a-f]{32})","entry":(.+)\}$/

/** The line of a new entry behind this one. */
export function lineAfter<E>(previous: Line<E> | undefined, entry: E): Line<E> {
  const number = (previous?.number ?? 0) + 1
  const json = JSON.stringify(entry)
  return lineOf(number, chainOf(previous, number, json), json)
}

/** Reads a line that stands behind another. Throws an Error that says what is wrong with it. */
export function readLine<E>(text: string, previous: Line<E> | undefined): Line<E> {
  const [, number, chain, json] = FORM.exec(text) ?? []
  if (number === undefined || chain === undefined || json === undefined)
    throw new Error('it is no journal entry')
  const expected = (previous?.number ?? 0) + 1
  if (Number(number) !== expected) throw new Error(`it has the number ${number} instead of ${expected}`)
  if (chain !== chainOf(previous, expected, json))
    throw new Error('it, or one before it, was changed after it was written')
  return lineOf(expected, chain, json)
}

/** Reads lines that follow each other. Throws an Error that names the first one that cannot be read. */
export function readLines<E>(texts: readonly string[], before?: Line<E>): Line<E>[] {
  const lines: Line<E>[] = []
  for (const text of texts) {
    const previous = lines.at(-1) ?? before
    try {
      lines.push(readLine(text, previous))
    } catch (error) {
      throw new Error(`entry ${(previous?.number ?? 0) + 1}: ${(error as Error).message}`, { cause: error })
    }
  }
  return lines
}

function lineOf<E>(number: number, chain: string, json: string): Line<E> {
  const head = `{"number":${number},"chain":"${chain}"`
  return Object.freeze({
    number,
    chain,
    head,
    text: `${head},"entry":${json}}`,
    entry: freeze(JSON.parse(json)) as E,
  })
}

function chainOf(previous: Line<unknown> | undefined, number: number, json: string): string {
  const content = `${previous?.chain ?? ''}\n${number}\n${json}`
  return createHash('sha256').update(content).digest('hex').slice(0, 32)
}

function freeze(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value
  for (const part of Object.values(value)) freeze(part)
  return Object.freeze(value)
}
