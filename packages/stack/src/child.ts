import { type ChildProcess, spawn } from 'node:child_process'
import { closeSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import type { ChildLog } from './child-log.ts'
import { ROOT } from './home.ts'

export interface ChildOptions {
  readonly name: string
  /** The file to run. */
  readonly main: string
  readonly env: Readonly<Record<string, string>>
  readonly log: ChildLog
  readonly say: (line: string) => void
  /** Hears of every new process. */
  readonly began: (pid: number) => void
  /** Hears that it ended by itself before it was ever ready: starting it again would not help. */
  readonly failed: (reason: string) => void
  /** Fulfilled once the process serves; asked after each start. */
  readonly served: (signal: AbortSignal) => Promise<void>
}

export interface Child {
  readonly name: string
  /** Fulfilled once it serves for the first time. */
  readonly ready: Promise<void>
  /** Asks it to end; by force when it takes too long. */
  stop(): Promise<void>
  /** Ends it at once. */
  kill(): void
}

const WORDS_KEPT = 50
const GUARD = join(import.meta.dirname, 'child-guard.ts')
const FIRST_PAUSE_MS = 250
const LONGEST_PAUSE_MS = 10_000
/** Longer than the processes give themselves to drain. */
const PATIENCE_MS = 25_000
/** Whoever ran this long has not failed at once, so the next pause is a short one again. */
const STEADY_MS = 30_000

/** Keeps one process running until it is stopped, with growing pauses while it keeps ending. */
export function keepChild(options: ChildOptions): Child {
  const { name, say } = options
  const stopping = new AbortController()
  const everReady = Promise.withResolvers<void>()
  // Whoever starts the stack hears of a failure by `failed`.
  everReady.promise.catch(() => {})
  let current: ChildProcess
  let ended: Promise<void>
  let wasReady = false
  let pause = FIRST_PAUSE_MS

  function start(): void {
    const alive = new AbortController()
    const began = Date.now()
    const words: string[] = []
    const output = options.log.open()
    // A session of its own: a Ctrl-C is for the stack, which then stops everything in order.
    current = spawn(process.execPath, ['--import', GUARD, options.main], {
      cwd: ROOT,
      env: { ...options.env },
      detached: true,
      stdio: ['ignore', output, 'pipe', 'ipc'],
    })
    closeSync(output)
    if (current.pid !== undefined) options.began(current.pid)
    if (current.stderr)
      createInterface({ input: current.stderr }).on('line', (line) => {
        if (words.push(line) > WORDS_KEPT) words.shift()
        options.log.append(`${line}\n`)
        if (wasReady) say(`${name}: ${line}`)
      })
    ended = new Promise((resolve) => {
      const end = (why: string): void => {
        alive.abort()
        resolve()
        if (Date.now() - began > STEADY_MS) pause = FIRST_PAUSE_MS
        onEnd(why, words)
      }
      current.once('error', (error) => end(error.message))
      current.once('close', (code, signal) => end(signal ?? `exit code ${code}`))
    })
    const signal = AbortSignal.any([alive.signal, stopping.signal])
    options.served(signal).then(
      () => {
        if (wasReady) say(`${name} is back`)
        wasReady = true
        everReady.resolve()
      },
      () => {},
    )
  }

  function onEnd(why: string, words: readonly string[]): void {
    if (stopping.signal.aborted) return
    if (!wasReady && !why.startsWith('SIG')) {
      options.failed(reasonIn(words, name) ?? `${name} ended with ${why}; its log is ${options.log.path}`)
      return
    }
    say(`${name} ended (${why}); starting it again in ${pause / 1000} s`)
    const timer = setTimeout(start, pause)
    stopping.signal.addEventListener('abort', () => clearTimeout(timer))
    pause = Math.min(pause * 2, LONGEST_PAUSE_MS)
  }

  start()
  return {
    name,
    ready: everReady.promise,
    stop: async () => {
      stopping.abort()
      current.kill('SIGTERM')
      const force = setTimeout(() => {
        say(`${name} takes too long to end; ending it by force, its log is ${options.log.path}`)
        current.kill('SIGKILL')
      }, PATIENCE_MS)
      await ended
      clearTimeout(force)
    },
    kill: () => {
      stopping.abort()
      current.kill('SIGKILL')
    },
  }
}

/** Why a process could not start, from what it wrote last: its own line about a setting, or the error it died of. */
function reasonIn(words: readonly string[], name: string): string | undefined {
  const own = `stockgate ${name}: `
  const line =
    words.findLast((word) => word.startsWith(own)) ?? words.find((word) => /^\w*Error\b/.test(word))
  return line && `${name}: ${line.replace(own, '')}`
}
