import { resolve } from 'node:path'
import { readSettings, SettingError } from '@stockgate/settings'
import { watchRunners } from './runners.ts'
import { settingTable } from './settings.ts'
import { createStack } from './stack.ts'
import { complain, say, survivePipes, tryLines } from './terminal.ts'

/** Runs the stack until it is told to stop, or cannot go on. Gives the exit code. */
export async function run(env: NodeJS.ProcessEnv): Promise<number> {
  survivePipes()
  const began = Date.now()
  const asked = Promise.withResolvers<void>()
  try {
    const settings = readSettings(settingTable, env)
    const stack = createStack(settings, say)
    const ending = onSignals(() => asked.resolve(), stack.kill)
    const runners = watchRunners(() => {
      say('stopping: what ran this is gone')
      asked.resolve()
    })
    try {
      const gateway = await Promise.race([stack.start(), asked.promise])
      if (gateway !== undefined) {
        const home = settings.STOCKGATE_HOME
        say(`stockgate ready ${gateway}`)
        say(`after ${seconds(began)} s; Ctrl-C stops everything. In another terminal, try:`)
        for (const line of tryLines(gateway, home === undefined ? undefined : resolve(home))) say(`  ${line}`)
        await Promise.race([asked.promise, stack.lost])
      }
      return 0
    } finally {
      await stack.stop()
      ending.forget()
      runners.stop()
    }
  } catch (error) {
    complain(explain(error))
    return 1
  }
}

/** The first signal asks for an orderly end, the second for a quick one. */
function onSignals(first: () => void, second: () => void): { forget(): void } {
  let signals = 0
  const heard = (): void => {
    signals++
    if (signals === 1) {
      say('stopping; once more to force it')
      first()
    } else second()
  }
  const names = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const
  for (const name of names) process.on(name, heard)
  return {
    forget: () => {
      for (const name of names) process.off(name, heard)
    },
  }
}

function seconds(since: number): string {
  return ((Date.now() - since) / 1000).toFixed(1)
}

function explain(error: unknown): string {
  if (error instanceof SettingError) return error.message
  return error instanceof Error ? error.message : String(error)
}
