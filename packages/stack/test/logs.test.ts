import { appendFileSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { createChildLog } from '../src/child-log.ts'
import { showErrors } from '../src/error-lines.ts'

function home(t: Test): string {
  const folder = mkdtempSync(join(tmpdir(), 'stack-logs-'))
  mkdirSync(join(folder, 'logs'))
  t.teardown(() => rmSync(folder, { recursive: true }))
  return folder
}

const line = (level: number, msg: string, err?: string) =>
  `${JSON.stringify({ level, msg, ...(err && { err: { message: err } }) })}\n`

t.test('the log of the run before is kept once', async (t) => {
  const folder = home(t)
  for (const run of ['first', 'second', 'third']) createChildLog(folder, 'orders').append(run)
  t.equal(readFileSync(join(folder, 'logs/orders.log'), 'utf8'), 'third')
  t.equal(readFileSync(join(folder, 'logs/orders.previous.log'), 'utf8'), 'second')
  t.notOk(existsSync(join(folder, 'logs/orders.previous.previous.log')))
})

t.test('news are whole lines, each told once', async (t) => {
  const log = createChildLog(home(t), 'orders')
  t.same(log.news(), [])
  appendFileSync(log.path, 'one\ntwö\nthr')
  t.same(log.news(), ['one', 'twö'])
  t.same(log.news(), [])
  appendFileSync(log.path, 'ee\n')
  t.same(log.news(), ['three'])
})

t.test('errors are shown with their reason, other lines and the bodies of lines are not', async (t) => {
  const log = createChildLog(home(t), 'orders')
  const said: string[] = []
  const shown = showErrors('orders', log, (text) => said.push(text))
  log.append(line(30, 'all is well'))
  log.append(line(30, 'a text with "level":50 in it'))
  log.append(line(50, 'request failed', 'relation does not exist'))
  log.append(line(60, 'stopping'))
  log.append('{"level":50, broken\n')
  shown.stop()
  t.same(said, [
    'orders: request failed: relation does not exist',
    'orders: stopping',
    'orders: {"level":50, broken',
  ])
})

t.test('a storm of errors is counted instead', async (t) => {
  const log = createChildLog(home(t), 'orders')
  const said: string[] = []
  const shown = showErrors('orders', log, (text) => said.push(text))
  for (let i = 0; i < 100; i++) log.append(line(50, `failed ${i}`))
  shown.stop()
  t.equal(said.length, 4)
  t.match(said[3], /^orders: 97 more errors in .*orders\.log$/)
})
