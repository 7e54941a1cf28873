// A process that appends to the journal in a folder until it is killed, and says each number that is kept.
import { pino } from 'pino'
import { openJournal } from '../../src/journal/index.ts'

const log = pino({ level: 'silent' })
const journal = await openJournal({ name: 'policy', folder: process.argv[2] as string, log })
for (let count = 0; count < 5_000; count++) {
  const { number } = await journal.append({ filler: 'x'.repeat(count % 3_000) }, journal.entries().length)
  process.stdout.write(`${number}\n`)
}
