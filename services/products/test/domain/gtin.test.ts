import fc from 'fast-check'
import t from 'tap'
import { checkDigit, normaliseGtin } from '../../src/domain/gtin.ts'

t.test('GTINs of every length are valid with their check digit, and padded to 14', (t) => {
  for (const gtin of ['96385074', '036000291452', '4006381333931', '10614141999993'])
    t.equal(normaliseGtin(gtin), gtin.padStart(14, '0'))
  for (const wrong of [
    '96385073',
    '4006381333932',
    '123',
    '',
    '9638507a',
    ' 96385074',
    '４００６３８１３３３９３１',
    '123456789',
  ])
    t.equal(normaliseGtin(wrong), undefined, wrong)
  t.end()
})

t.test('a single wrong digit is always noticed', (t) => {
  const digits = fc.array(fc.integer({ min: 0, max: 9 }), { minLength: 13, maxLength: 13 })
  fc.assert(
    fc.property(digits, fc.integer({ min: 0, max: 13 }), fc.integer({ min: 1, max: 9 }), (body, at, by) => {
      const gtin = `${body.join('')}${checkDigit(body.join(''))}`
      const wrong = [...gtin].map((digit, i) => (i === at ? (Number(digit) + by) % 10 : digit)).join('')
      return normaliseGtin(gtin) !== undefined && normaliseGtin(wrong) === undefined
    }),
  )
  t.end()
})
