import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { printReplay } from '../../src/retail/show/print-replay.ts'
import type { ReplaySummary } from '../../src/retail/show/replay-summary.ts'
import { writeSkippedLines } from '../../src/retail/show/skipped-lines.ts'
import { folder } from '../kit/files.ts'

const SUMMARY: ReplaySummary = {
  file: 'retail.csv',
  gateway: 'http://127.0.0.1:8080',
  end: 'complete',
  ok: true,
  seconds: 12.3,
  orders_per_second: 98.7,
  lines: { read: 41_910, ordered: 41_158, skipped: 752, skipped_by_reason: { 'not-a-product': 752 } },
  invoices: 1293,
  orders: {
    created: 1000,
    replayed: 293,
    old: 0,
    unsettled: 0,
    by_status: { CLOSED: 1122, REJECTED: 171 },
    by_rejection: { INSUFFICIENT_STOCK: 170, TIMED_OUT: 1 },
  },
  refused: [],
  calls: {
    client: { calls: 5000, retried: 7, limited: 3, limitedMs: 2500 },
    clerk: { calls: 100, retried: 0, limited: 0, limitedMs: 0 },
  },
  checks: [{ name: 'lines read', left: 41_910, right: 41_910, ok: true, differences: [] }],
}
const SKIPPED = [
  { line: 148, reason: 'not-a-product' as const, invoice: '578733', stockCode: 'POST', value: 'POST' },
  { line: 149, reason: 'stock-correction' as const, invoice: '=1+1', stockCode: '1,2', value: 'a "note"' },
]

const print = (change: Partial<ReplaySummary> = {}) =>
  printReplay({ ...SUMMARY, ...change }, SKIPPED, 'report.csv')

t.test('the summary tells orders, speed, waits, lines by reason and every sum', async (t) => {
  const text = print()
  for (const part of [
    /posted +1,293 +1000 new, 293 replayed, 98\.7 a second/,
    /closed +1,122/,
    /rejected +171 +170 insufficient stock, 1 timed out/,
    /7 repeated, 3 told to wait \(429\), 2\.5 s waited/,
    /not-a-product +752 +stock code is no product/,
    /line 148: not-a-product \(POST\)/,
    /all of them in report\.csv/,
    /ok +lines read +41,910 +41,910/,
    /\nall sums hold\n$/,
  ])
    t.match(text, part)
})

t.test('a skipped line without a stock code is named by its number and reason alone', async (t) => {
  const broken = { line: 5, reason: 'malformed-line' as const, invoice: '', stockCode: '', value: '' }
  t.match(printReplay(SUMMARY, [broken], 'report.csv'), /\n {2}line 5: malformed-line\n/)
})

t.test('a sum that does not hold is marked and its first differences are shown', async (t) => {
  const check = { name: 'units', left: 9, right: 8, ok: false, differences: ['20869: 9 and 8'] }
  const text = print({ ok: false, checks: [...SUMMARY.checks, check] })
  t.match(text, /NO +units +9 +8/)
  t.match(text, /units: 20869: 9 and 8/)
  t.match(text, /1 of 2 sums do not hold/)
})

t.test('a run that was stopped, cut short or not settled says how to go on', async (t) => {
  t.match(print({ end: 'stopped', ok: false, checks: [] }), /run the same command again/)
  t.match(print({ end: 'failed', failure: 'no answer', ok: false, checks: [] }), /cut short: no answer/)
  const orders = { ...SUMMARY.orders, unsettled: 2 }
  const refused = [{ invoice: '578703', why: '400 no' }]
  const text = print({ end: 'unsettled', ok: false, checks: [], orders, refused })
  t.match(text, /2 invoices have no outcome yet/)
  t.match(text, /invoice 578703: 400 no/)
})

t.test('the report quotes what needs it and holds no formula for a spreadsheet', async (t) => {
  const path = join(folder(t), 'deep', 'report.csv')
  writeSkippedLines(path, SKIPPED)
  t.same(readFileSync(path, 'utf8').split('\r\n'), [
    'line,reason,invoice,stock_code,value',
    '148,not-a-product,578733,POST,POST',
    `149,stock-correction,'=1+1,"1,2","a ""note"""`,
    '',
  ])
})
