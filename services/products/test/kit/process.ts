import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import type { Test } from 'tap'

const MAIN = join(import.meta.dirname, '../../src/main.ts')

/** Starts the process as an operator would; tells what it says and how it ends. */
export function startProcess(t: Test, env: Record<string, string>) {
  const child = spawn(process.execPath, [MAIN], {
    env: { PATH: process.env.PATH, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  t.teardown(() => child.kill('SIGKILL'))
  let errors = ''
  child.stderr.on('data', (text) => {
    errors += text
  })
  const listening = (async () => {
    for await (const text of createInterface(child.stdout)) {
      const url = /http:\/\/127\.0\.0\.1:\d+/.exec(JSON.parse(text).msg)?.[0]
      if (url) return url
    }
    throw new Error(errors)
  })()
  listening.catch(() => {})
  const exit = once(child, 'exit').then(([code]) => ({ code, errors }))
  return { child, listening, exit }
}
