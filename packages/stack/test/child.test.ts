import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import t, { type Test } from 'tap'
import { type Child, keepChild } from '../src/child.ts'
import { createChildLog } from '../src/child-log.ts'

/** A child that runs `code`; ready once it wrote the file `ready` in its folder. */
function child(t: Test, code: string, served?: (signal: AbortSignal) => Promise<void>) {
  const home = mkdtempSync(join(tmpdir(), 'stack-child-'))
  mkdirSync(join(home, 'logs'))
  const main = join(home, 'main.mjs')
  writeFileSync(main, code)
  const said: string[] = []
  const pids: number[] = []
  const failure = Promise.withResolvers<string>()
  const log = createChildLog(home, 'toy')
  const kept: Child = keepChild({
    name: 'toy',
    main,
    env: { PATH: process.env.PATH ?? '', FOLDER: home },
    log,
    say: (line) => said.push(line),
    began: (pid) => pids.push(pid),
    failed: failure.resolve,
    served: served ?? (async () => {}),
  })
  t.teardown(async () => {
    kept.kill()
    await kept.stop()
    rmSync(home, { recursive: true, force: true, maxRetries: 5 })
  })
  return { kept, said, pids, failure: failure.promise, log: () => readFileSync(log.path, 'utf8') }
}

const never = (signal: AbortSignal) =>
  new Promise<void>((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)))

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await pause(20)
}

t.test('what it writes goes to its log file', async (t) => {
  const { log } = child(
    t,
    `console.log('to stdout'); console.error('to stderr'); setInterval(() => {}, 1000)`,
  )
  await until(() => log().includes('to stdout') && log().includes('to stderr'))
})

t.test('one that ends by itself before it served is a failure, told in its own words', async (t) => {
  const { failure, pids } = child(
    t,
    `console.error('noise'); console.error('stockgate toy: PORT: is taken'); console.error('more'); process.exit(1)`,
    never,
  )
  t.equal(await failure, 'toy: PORT: is taken')
  await pause(400)
  t.equal(pids.length, 1, 'and it is not started again')
})

t.test('one that dies of an error before it served names that error', async (t) => {
  const { failure } = child(t, `throw new TypeError('no such thing')`, never)
  t.equal(await failure, 'toy: TypeError: no such thing')
})

t.test('one that ends without a word points to its log', async (t) => {
  const { failure } = child(t, `process.exit(7)`, never)
  t.match(await failure, /^toy ended with exit code 7; its log is .*toy\.log$/)
})

t.test('one that served is started again, with growing pauses', async (t) => {
  const { said, kept } = child(t, `setTimeout(() => process.exit(3), 50)`, () => pause(10))
  await kept.ready
  await until(() => said.filter((line) => line.includes('starting it again')).length === 3)
  const pauses = said.flatMap(
    (line) => /exit code 3\); starting it again in ([\d.]+) s/.exec(line)?.[1] ?? [],
  )
  t.same(pauses, ['0.25', '0.5', '1'])
  t.ok(said.includes('toy is back'))
})

t.test('one that is killed before it served is started again', async (t) => {
  const { pids, kept } = child(t, `setInterval(() => {}, 1000)`, (signal) =>
    pause(300, undefined, { signal }),
  )
  await until(() => pids.length === 1)
  process.kill(pids[0] as number, 'SIGKILL')
  await kept.ready
  t.equal(pids.length, 2)
})

t.test('stop lets it end in its own time, and it does not come back', async (t) => {
  const { kept, pids, log } = child(
    t,
    `process.on('SIGTERM', () => setTimeout(() => { console.log('drained'); process.exit(0) }, 200))
     console.log('up'); setInterval(() => {}, 1000)`,
  )
  await until(() => log().includes('up'))
  await kept.stop()
  t.match(log(), /drained/)
  await pause(400)
  t.equal(pids.length, 1)
})

t.test('stop during a pause cancels the next start', async (t) => {
  const { kept, said, pids } = child(t, `setTimeout(() => process.exit(3), 50)`, () => pause(1))
  await until(() => said.some((line) => line.includes('starting it again')))
  const before = pids.length
  await kept.stop()
  await pause(600)
  t.equal(pids.length, before)
})

t.test('a process that ignores SIGTERM ends at once when killed', async (t) => {
  const { kept, log } = child(
    t,
    `process.on('SIGTERM', () => {}); console.log('up'); setInterval(() => {}, 1000)`,
  )
  await until(() => log().includes('up'))
  const stopped = kept.stop()
  kept.kill()
  await stopped
})
