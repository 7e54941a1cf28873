const utf8 = new TextDecoder('utf-8', { fatal: true })
const HIGH = /[\u0080-\u00ff]/

/** Text of a field that was read as Latin-1: UTF-8 where its bytes are valid UTF-8, else what Latin-1 says. */
export function decodeField(latin1: string): string {
  if (!HIGH.test(latin1)) return latin1
  try {
    return utf8.decode(Buffer.from(latin1, 'latin1'))
  } catch {
    return latin1
  }
}
