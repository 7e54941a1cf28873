import { startRedis } from '@stockgate/test-kit'
import { pino } from 'pino'
import t from 'tap'
import { openJournal, Unavailable } from '../../src/journal/index.ts'
import { openConnections } from '../../src/redis/index.ts'
import { folderOf } from '../kit/folder.ts'
import { until } from '../kit/until.ts'

t.test('an append that meets a frozen Redis never claims more than is known', async (t) => {
  const redis = await startRedis(t)
  const connections = await openConnections(redis.url, { required: true })
  const log = pino({ level: 'silent' })
  const journal = await openJournal<{ word: string }>({
    name: 'policy',
    folder: folderOf(t, {}),
    redis: connections,
    log,
  })
  t.teardown(async () => {
    await journal.close()
    connections.close()
  })
  await journal.append({ word: 'one' }, 0)
  process.kill(redis.pid, 'SIGSTOP')
  const error = await journal.append({ word: 'two' }, 1).catch((reason) => reason)
  t.type(error, Unavailable)
  // The look that follows the first append may be what is under way when Redis freezes; then nothing was sent.
  t.match(error.message, /; (perhaps it was made all the same: look at the history|it was not made)$/)
  t.equal(journal.entries().length, 1, 'what is not known to be kept does not hold')
  process.kill(redis.pid, 'SIGCONT')
  await until(() => journal.synced(), 'the journal is shared again')
  const { length } = journal.entries()
  await journal.append({ word: 'three' }, length)
  const words = journal.entries().map(({ entry }) => entry.word)
  t.same(words, length === 1 ? ['one', 'three'] : ['one', 'two', 'three'])
  if (error.message.endsWith('it was not made')) t.notOk(words.includes('two'))
})
