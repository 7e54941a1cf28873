import { StoppedError, type StopSwitch } from './stop-switch.ts'

/**
 * Runs `work` on every item with at most `concurrency` under way. When work stops, no further item is taken and
 * what is under way is finished; when one fails, the rest stops too and its error is thrown at the end.
 */
export async function inFlight<Item>(
  items: Iterable<Item>,
  { concurrency, stop }: { readonly concurrency: number; readonly stop: StopSwitch },
  work: (item: Item) => Promise<void>,
): Promise<void> {
  const queue = items[Symbol.iterator]()
  const failures: unknown[] = []
  async function worker(): Promise<void> {
    while (!stop.stopped && failures.length === 0) {
      const { value, done } = queue.next()
      if (done) return
      try {
        await work(value)
      } catch (error) {
        if (!(error instanceof StoppedError)) failures.push(error)
      }
    }
  }
  await Promise.all(Array.from({ length: concurrency }, worker))
  if (failures.length > 0) throw failures[0]
}
