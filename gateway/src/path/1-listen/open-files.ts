import { readFileSync } from 'node:fs'

/** Of the files a process may open, the part clients may take: services, logs and stores need the rest. */
const FOR_CLIENTS = 0.75
/** What a gateway has open before anybody connects. */
const AT_REST = 30
const FEWEST = 10

/**
 * How many connections the system's limit of open files has room for. It has to be known beforehand: where files run
 * out, libuv closes what it accepts without a word, and calls to services fail.
 */
export function roomForConnections(): number {
  return Math.max(FEWEST, Math.floor(openFiles() * FOR_CLIENTS) - AT_REST)
}

/** Linux tells; elsewhere the setting alone counts. */
function openFiles(): number {
  try {
    const [, most] = /^Max open files\s+(\d+)/m.exec(readFileSync('/proc/self/limits', 'latin1')) ?? []
    return most === undefined ? Number.POSITIVE_INFINITY : Number(most)
  } catch {
    return Number.POSITIVE_INFINITY
  }
}
