import type { Call } from './call.ts'

interface Cursor {
  readonly source: AsyncIterator<Call[]>
  batch: readonly Call[]
  next: number
}

const BATCH = 1_024

/** The calls of several sources, each in order, as one in order. Of the same moment, an earlier source goes first. */
export async function* merged(sources: readonly AsyncIterable<Call[]>[]): AsyncGenerator<readonly Call[]> {
  const all = sources.map(
    (source): Cursor => ({ source: source[Symbol.asyncIterator](), batch: [], next: 0 }),
  )
  try {
    yield* interleaved(all)
  } finally {
    await Promise.all(all.map(({ source }) => source.return?.()))
  }
}

async function* interleaved(all: readonly Cursor[]): AsyncGenerator<readonly Call[]> {
  const open: Cursor[] = []
  for (const cursor of all) if (await refill(cursor)) open.push(cursor)
  let calls: Call[] = []
  while (open.length > 0) {
    const [first, bound] = earliest(open)
    while (first.next < first.batch.length && headOf(first) <= bound && calls.length < BATCH)
      calls.push(first.batch[first.next++] as Call)
    if (calls.length === BATCH) {
      yield calls
      calls = []
    }
    if (first.next === first.batch.length && !(await refill(first))) open.splice(open.indexOf(first), 1)
  }
  if (calls.length > 0) yield calls
}

async function refill(cursor: Cursor): Promise<boolean> {
  for (;;) {
    const step = await cursor.source.next()
    if (step.done) return false
    if (step.value.length === 0) continue
    cursor.batch = step.value
    cursor.next = 0
    return true
  }
}

function headOf({ batch, next }: Cursor): number {
  return (batch[next] as Call).at
}

/** The cursor to read from, and the last moment it may be read to before another one has its turn. */
function earliest(open: readonly Cursor[]): [Cursor, number] {
  let first = open[0] as Cursor
  for (const cursor of open) if (headOf(cursor) < headOf(first)) first = cursor
  let bound = Number.POSITIVE_INFINITY
  let before = true
  for (const cursor of open) {
    if (cursor === first) before = false
    // Times are whole microseconds; at the same moment the source named first has its turn.
    else bound = Math.min(bound, before ? headOf(cursor) - 1 : headOf(cursor))
  }
  return [first, bound]
}
