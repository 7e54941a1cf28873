import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { ROOT, type RunningStack } from './stack.ts'

export interface CommandEnd {
  readonly code: number | null
  /** Both streams together. */
  readonly output: string
}

const MAIN = join(ROOT, 'packages/cli/src/main.ts')

/** Runs `stockgate …` against this stack to its end. */
export async function stockgate({ home }: RunningStack, ...args: string[]): Promise<CommandEnd> {
  const child = spawn(process.execPath, [MAIN, ...args], {
    cwd: ROOT,
    env: { PATH: process.env.PATH ?? '', STOCKGATE_HOME: home },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let output = ''
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (text) => {
      output += text
    })
  const [code] = (await once(child, 'close')) as [number | null]
  return { code, output }
}
