import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { appendFileSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { pino } from 'pino'
import t from 'tap'
import { Conflict, openJournal, Unavailable } from '../../src/journal/index.ts'
import { folderOf } from '../kit/folder.ts'

const log = pino({ level: 'silent' })
const open = (folder: string, logger = log) =>
  openJournal<{ word: string }>({ name: 'policy', folder, log: logger })
const words = (journal: Awaited<ReturnType<typeof open>>) =>
  journal.entries().map(({ number, entry }) => `${number} ${entry.word}`)

t.test('entries outlive the process, in a file that its owner alone may read', async (t) => {
  const folder = join(folderOf(t, {}), 'made', 'on-demand')
  const first = await open(folder)
  t.same(first.entries(), [])
  t.same(await first.append({ word: 'a' }, 0), { number: 1, entry: { word: 'a' } })
  await first.append({ word: 'ü\n"' }, 1)
  await first.close()
  const second = await open(folder)
  t.same(words(second), ['1 a', '2 ü\n"'])
  await second.append({ word: 'c' }, 2)
  t.equal(readFileSync(join(folder, 'policy.jsonl'), 'utf8').split('\n').length, 4)
  t.equal(statSync(join(folder, 'policy.jsonl')).mode & 0o777, 0o600)
  await second.close()
})

t.test('of two that append behind the same entry one succeeds, the other hears of a conflict', async (t) => {
  const journal = await open(folderOf(t, {}))
  const both = await Promise.allSettled([journal.append({ word: 'a' }, 0), journal.append({ word: 'b' }, 0)])
  t.equal(both[0].status, 'fulfilled')
  t.match(both[1], { status: 'rejected', reason: { name: 'Conflict', length: 1 } })
  await t.rejects(journal.append({ word: 'late' }, 7), Conflict)
  t.same(words(journal), ['1 a'])
  await journal.close()
})

t.test('every subscriber is told every entry once and in order, whenever it came', async (t) => {
  const journal = await open(folderOf(t, {}))
  const early: number[] = []
  const late: number[] = []
  const behind: number[] = []
  journal.subscribe(({ number }) => early.push(number))
  journal.subscribe(() => {
    throw new Error('one that fails harms nobody')
  })
  await journal.append({ word: 'a' }, 0)
  await journal.append({ word: 'b' }, 1)
  journal.subscribe(({ number }) => late.push(number))
  const stop = journal.subscribe(({ number }) => behind.push(number), { after: 2 })
  await journal.append({ word: 'c' }, 2)
  stop()
  await journal.append({ word: 'd' }, 3)
  t.same(early, [1, 2, 3, 4])
  t.same(late, [1, 2, 3, 4])
  t.same(behind, [3])
  await journal.close()
})

t.test('nobody can change an entry', async (t) => {
  const journal = await open(folderOf(t, {}))
  const given = { word: 'a' }
  const { entry } = await journal.append(given, 0)
  given.word = 'changed'
  t.throws(() => {
    entry.word = 'changed'
  }, TypeError)
  t.throws(() => (journal.entries() as object[]).pop(), TypeError)
  t.same(words(journal), ['1 a'])
  await journal.close()
})

t.test('what a crash left behind the last whole line is cut off, and nothing else', async (t) => {
  const folder = folderOf(t, {})
  const path = join(folder, 'policy.jsonl')
  const first = await open(folder)
  await first.append({ word: 'a' }, 0)
  await first.append({ word: 'b' }, 1)
  await first.close()
  const whole = readFileSync(path, 'utf8')
  for (const torn of [
    '{',
    '{"number":3,"chain":"0',
    '\0\0\0\0',
    `{"number":3,"chain":"${'0'.repeat(32)}","entry":{"word":"${'x'.repeat(9_000)}`,
  ]) {
    writeFileSync(path, whole)
    appendFileSync(path, torn)
    const again = await open(folder)
    t.same(words(again), ['1 a', '2 b'])
    t.equal(readFileSync(path, 'utf8'), whole)
    await again.append({ word: 'c' }, 2)
    await again.close()
    const last = await open(folder)
    t.same(words(last), ['1 a', '2 b', '3 c'])
    await last.close()
  }
})

t.test('a file that cannot be used ends the boot with one line that names STATE', async (t) => {
  const folder = folderOf(t, {})
  const path = join(folder, 'policy.jsonl')
  const first = await open(folder)
  await first.append({ word: 'a' }, 0)
  await first.append({ word: 'b' }, 1)
  await first.close()
  const [one, two] = readFileSync(path, 'utf8').split('\n') as [string, string]
  const cases: [content: string, why: RegExp][] = [
    ['no journal\n', /entry 1: it is no journal entry; restore it/],
    [`${one}\n\n`, /entry 2: it is no journal entry/],
    [`${two}\n`, /entry 1: it has the number 2 instead of 1/],
    [`${one.replace('"a"', '"z"')}\n${two}\n`, /entry 1: it, or one before it, was changed/],
  ]
  for (const [content, why] of cases) {
    writeFileSync(path, content)
    const error = await open(folder).then(
      () => undefined,
      (reason: Error) => reason,
    )
    t.match(error, { name: 'SettingError', message: why })
    t.match(error?.message, /^STATE: /)
    t.notMatch(error?.message, '\n')
    t.equal(readFileSync(path, 'utf8'), content, 'and stays as it was')
  }
  await t.rejects(open(join(path, 'below')), { message: /^STATE: .*cannot be read or written \(ENOTDIR\)/ })
})

t.test('an entry that cannot be written is refused and does not hold', async (t) => {
  const folder = folderOf(t, {})
  const journal = await open(folder)
  await journal.append({ word: 'a' }, 0)
  appendFileSync(join(folder, 'policy.jsonl'), 'somebody else')
  await t.rejects(journal.append({ word: 'b' }, 1), Unavailable)
  await t.rejects(journal.append({ word: 'b' }, 1), /give each gateway a STATE of its own/)
  t.same(words(journal), ['1 a'])
  await journal.close()
})

t.test('a process killed in the middle of appends loses none that was acknowledged', async (t) => {
  const folder = folderOf(t, {})
  const writer = fileURLToPath(new URL('./writer.ts', import.meta.url))
  let known = 0
  for (let round = 0; round < 5; round++) {
    const child = spawn(process.execPath, [writer, folder], { stdio: ['ignore', 'pipe', 'inherit'] })
    let acknowledged = ''
    let enough = () => {}
    const killed = new Promise<void>((resolve) => {
      enough = resolve
    })
    child.stdout.on('data', (text) => {
      acknowledged += text
      if (acknowledged.split('\n').length > 20 + round * 7) enough()
    })
    await Promise.race([killed, once(child, 'exit')])
    child.kill('SIGKILL')
    await once(child, 'close')
    const last = Number(acknowledged.trimEnd().split('\n').at(-1))
    const journal = await open(folder)
    const { length } = journal.entries()
    t.ok(length >= last, `${length} entries are there, ${last} were acknowledged`)
    t.ok(length > known)
    known = length
    await journal.close()
  }
})
