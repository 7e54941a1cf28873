import { type FileHandle, mkdir, open, readFile, rename } from 'node:fs/promises'
import { dirname } from 'node:path'
import { SettingError } from '@stockgate/settings'
import type { Logger } from 'pino'
import { type Line, readLines } from './line.ts'

/** The lines of a journal on disk. A line that was added is there after a crash and after a power cut. */
export interface JournalFile<E> {
  readonly path: string
  /** What it held when it was opened. */
  readonly kept: readonly Line<E>[]
  /** Adds lines: all of them or, when it rejects, none. */
  append(lines: readonly Line<E>[]): Promise<void>
  /** Puts these lines in the place of all others; the file as it was is kept beside it where `aside` names it. */
  replace(lines: readonly Line<E>[], aside?: string): Promise<void>
  close(): Promise<void>
}

/**
 * Opens the file of a journal, or makes it. What a crash left behind the last whole line was never acknowledged and
 * is cut off. Rejects with a SettingError that names STATE when the file cannot be used.
 */
export async function openJournalFile<E>(path: string, log: Logger): Promise<JournalFile<E>> {
  let kept: Line<E>[]
  let file: FileHandle
  let size: number
  try {
    await mkdir(dirname(path), { recursive: true })
    file = await openToAppend(path)
  } catch (error) {
    throw unusable(path, error)
  }
  try {
    const bytes = await readFile(path)
    size = bytes.lastIndexOf(0x0a) + 1
    const text = bytes.toString('utf8', 0, size)
    kept = readLines(text === '' ? [] : text.slice(0, -1).split('\n'))
    if (size < bytes.length) {
      log.warn({ file: path, bytes: bytes.length - size }, 'an entry that a crash cut short is removed')
      await file.truncate(size)
      await file.sync()
    }
  } catch (error) {
    await file.close()
    throw unusable(path, error)
  }

  return {
    path,
    kept,
    append: async (lines) => {
      const found = (await file.stat()).size
      if (found !== size)
        throw new Error(`${path} was changed by somebody else: give each gateway a STATE of its own`)
      const bytes = Buffer.from(textOf(lines))
      try {
        await file.appendFile(bytes)
        await file.datasync()
        size += bytes.length
      } catch (error) {
        await file.truncate(size).catch(() => {})
        throw error
      }
    },
    replace: async (lines, aside) => {
      const draft = `${path}.${process.pid}`
      const bytes = Buffer.from(textOf(lines))
      const next = await open(draft, 'w', 0o600)
      try {
        await next.writeFile(bytes)
        await next.sync()
      } finally {
        await next.close()
      }
      await file.close()
      if (aside !== undefined) await rename(path, aside)
      await rename(draft, path)
      file = await openToAppend(path)
      size = bytes.length
    },
    close: () => file.close(),
  }
}

/** A file that was just made lasts only once its folder is written too. */
async function openToAppend(path: string): Promise<FileHandle> {
  const file = await open(path, 'a', 0o600)
  const folder = await open(dirname(path), 'r')
  try {
    await folder.sync()
  } finally {
    await folder.close()
  }
  return file
}

function textOf(lines: readonly Line<unknown>[]): string {
  return lines.map(({ text }) => `${text}\n`).join('')
}

function unusable(path: string, error: unknown): SettingError {
  const { code, message } = error as NodeJS.ErrnoException
  return new SettingError(
    'STATE',
    code === undefined
      ? `${path} cannot be used, ${message}; restore it from a copy, or move it away to begin anew`
      : `${path} cannot be read or written (${code}): name a folder that this process may write to`,
  )
}
