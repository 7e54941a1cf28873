import t from 'tap'
import { readGs1 } from '../../src/domain/gs1.ts'

const TODAY = new Date('2026-06-01T00:00:00Z')
const GS = '\u001d'
const read = (data: string) => readGs1(data, TODAY)

t.test('parts of a fixed length need no separator, the others end at one', (t) => {
  const all = { gtin: '09506000134352', lot: 'AB-1', expiresOn: '2026-12-31', serial: 'S/9', count: 5 }
  t.same(read(`(01)09506000134352(10)AB-1(17)261231(21)S/9(37)5`), all)
  t.same(read(`010950600013435210AB-1${GS}1726123121S/9${GS}375`), all)
  t.same(read(`]d20109506000134352${GS}17261231${GS}10AB-1${GS}21S/9${GS}375`), all)
  t.same(read(`${GS}0109506000134352375${GS}10AB-1${GS}1726123121S/9`), all)
  t.end()
})

t.test('day 00 is the last of its month, and the century the nearest', (t) => {
  for (const [date, day] of [
    ['280200', '2028-02-29'],
    ['270200', '2027-02-28'],
    ['760601', '2076-06-01'],
    ['770601', '1977-06-01'],
    ['000101', '2000-01-01'],
  ])
    t.same(read(`(17)${date}`), { expiresOn: day })
  for (const wrong of ['270229', '271301', '270000', '27061', '2706011', '27ab01'])
    t.equal(read(`(17)${wrong}`), undefined, wrong)
  t.end()
})

t.test('what is unknown, twice there, incomplete or has a wrong check digit is refused whole', (t) => {
  for (const data of [
    '(01)09506000134353',
    '(01)9506000134352',
    '(00)123456789012345678',
    '(99)x',
    '(01)09506000134352(01)09506000134352',
    '(10)',
    '(10)lot with space',
    `(10)${'x'.repeat(21)}`,
    '(37)123456789',
    'x(10)a',
    '0109506000134352' + '1',
    '',
  ])
    t.equal(read(data), undefined, data)
  t.end()
})
