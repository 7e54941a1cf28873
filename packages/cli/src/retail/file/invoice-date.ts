const US_ORDER = /^(\d{1,2})[/-](\d{1,2})[/-](\d{2}|\d{4}) (\d{1,2}):(\d{2})$/
const ISO_ORDER = /^(\d{4})-(\d{2})-(\d{2})[ T](\d{2}):(\d{2})(?::\d{2})?$/

/**
 * The moment a line names, in any of the formats these files mix: `11/25/11 11:02`, `12-09-11 12:50`,
 * `12/1/2010 8:26`, `2010-12-01 08:26:00`. Undefined when it is none of them or no real date.
 * The files name no time zone; UTC is taken.
 */
export function invoiceDate(text: string): Date | undefined {
  const us = US_ORDER.exec(text)
  if (us) return moment(us[3], us[1], us[2], us[4], us[5])
  const iso = ISO_ORDER.exec(text)
  if (iso) return moment(iso[1], iso[2], iso[3], iso[4], iso[5])
  return undefined
}

function moment(...parts: (string | undefined)[]): Date | undefined {
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0] = parts.map(Number)
  const fullYear = year < 100 ? 2000 + year : year
  const date = new Date(Date.UTC(fullYear, month - 1, day, hour, minute))
  const real = date.getUTCMonth() === month - 1 && date.getUTCDate() === day
  return real && hour < 24 && minute < 60 ? date : undefined
}
