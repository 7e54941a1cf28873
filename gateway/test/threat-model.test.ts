import { existsSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import t from 'tap'

const ROOT = resolve(import.meta.dirname, '../..')
const PAGE = readFileSync(join(ROOT, 'gateway/docs/operations/threat-model.md'), 'utf8')

/** The threats this gateway answers for; the others of the checklist belong to services that are not here yet. */
const THREATS = [...range(1, 32), ...range(39, 46)].map((number) => `T${number}`)

interface Entry {
  readonly threat: string
  readonly handled: string[]
  readonly pinned: { file: string; title: string }[]
}

/** What the table says of each threat; a row without a number goes on with the one above. */
const entries: Entry[] = []
for (const line of PAGE.split('\n')) {
  const [, threat = '', , handled = '', pinned = '', end] = line.split('|').map((cell) => cell.trim())
  if (end === undefined || !/^(?:T\d+)?$/.test(threat)) continue
  if (threat !== '') entries.push({ threat, handled: [], pinned: [] })
  const entry = entries.at(-1) as Entry
  for (const [, place = ''] of handled.matchAll(/`([^`]+)`/g)) entry.handled.push(place)
  for (const [, file = '', title = ''] of pinned.matchAll(/`([^`]+)` “([^”]+)”/g))
    entry.pinned.push({ file, title })
}

t.test('every threat has its place, in order', async (t) => {
  t.same(
    entries.map(({ threat }) => threat),
    THREATS,
  )
})

t.test('each is handled in a place that exists', async (t) => {
  for (const { threat, handled } of entries) {
    t.ok(handled.length > 0, `${threat} names a place`)
    for (const place of handled) t.ok(existsSync(join(ROOT, place)), `${threat}: ${place}`)
  }
})

t.test('each is pinned by tests that exist under the title given', async (t) => {
  for (const { threat, pinned } of entries) {
    t.ok(pinned.length > 0, `${threat} names a test`)
    for (const { file, title } of pinned) {
      const path = join(ROOT, file)
      t.ok(existsSync(path) && file.endsWith('.test.ts'), `${threat}: ${file} is a test`)
      if (existsSync(path)) t.ok(titlesOf(readFileSync(path, 'utf8')).includes(title), `${threat}: ${title}`)
    }
  }
})

function range(from: number, to: number): number[] {
  return Array.from({ length: to - from + 1 }, (_, index) => from + index)
}

/** The titles of the tests in a file. A title made by a template has its own text between the parts filled in. */
function titlesOf(source: string): string[] {
  return Array.from(
    source.matchAll(/\bt\.test\(\s*(?:'((?:[^'\\]|\\.)*)'|"((?:[^"\\]|\\.)*)"|`((?:[^`\\]|\\.)*)`)/g),
    ([, single, double, template]) =>
      (single ?? double ?? template ?? '').replace(/\\(.)/g, '$1').replace(/\$\{[^}]*\}/g, '…'),
  )
}
