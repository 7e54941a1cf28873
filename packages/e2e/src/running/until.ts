import { setTimeout as pause } from 'node:timers/promises'

const LOOK_EVERY_MS = 50

/** Looks again and again until `find` gives something; rejects, naming what was awaited, when that takes too long. */
export async function until<T>(
  what: string,
  find: () => T | undefined | Promise<T | undefined>,
  milliseconds = 60_000,
): Promise<T> {
  for (const deadline = Date.now() + milliseconds; ; await pause(LOOK_EVERY_MS)) {
    const found = await find()
    if (found !== undefined) return found
    if (Date.now() > deadline) throw new Error(`waited ${milliseconds / 1000} s in vain for ${what}`)
  }
}
