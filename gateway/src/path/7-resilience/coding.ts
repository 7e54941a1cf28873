/** What speaks of the bytes as they were sent, and is wrong once they are decoded. */
const OF_THE_CODED = new Set(['content-encoding', 'content-digest', 'content-md5', 'digest', 'repr-digest'])

/** The content coding of a body in small letters, several as they stand; null where it is in clear. */
export function codingOf(header: string | undefined): string | null {
  if (header === undefined) return null
  const coding = header.trim().toLowerCase()
  return coding === '' || coding === 'identity' ? null : coding
}

/** Takes out of names and values in turn what no longer holds for a decoded body. */
export function dropCodings(headers: string[]): void {
  let kept = 0
  for (let at = 0; at < headers.length; at += 2) {
    if (OF_THE_CODED.has((headers[at] as string).toLowerCase())) continue
    headers[kept++] = headers[at] as string
    headers[kept++] = headers[at + 1] as string
  }
  headers.length = kept
}
