import { typeid } from 'typeid-js'

/** A new TypeID: `<prefix>_` and a UUIDv7 in base 32, so ids sort by the time of their making. */
export function newId(prefix: string): string {
  return typeid(prefix).toString()
}
