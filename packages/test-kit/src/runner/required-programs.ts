import { spawn } from 'node:child_process'
import { chmodSync, existsSync, rmSync, writeFileSync } from 'node:fs'
import { findProgram } from '../find-program.ts'

/** What the tests run besides Node, by the Debian package that holds it. */
const REQUIRED = { 'redis-server': 'redis-server', openssl: 'openssl', curl: 'curl' }

/** Debian asks this program before it starts the service of a package it has just installed. */
const SERVICE_POLICY = '/usr/sbin/policy-rc.d'

/** Makes sure every program is on PATH, installing Debian's packages where we may; throws what to do otherwise. */
export async function ensurePrograms(log: (line: string) => void): Promise<void> {
  const missing = Object.keys(REQUIRED).filter(
    (program) => !findProgram(program),
  ) as (keyof typeof REQUIRED)[]
  if (missing.length === 0) return
  const packages = missing.map((program) => REQUIRED[program])
  const lacking = `not on PATH: ${missing.join(', ')}`
  const byHand = `install by hand (Debian, Ubuntu: \`sudo apt-get install -y ${packages.join(' ')}\`; macOS: \`brew install redis openssl curl\`)`
  if (!findAptGet()) throw new Error(`${lacking}, and there is no apt-get here: ${byHand}`)
  if (process.getuid?.() !== 0) throw new Error(`${lacking}, and only root may install: ${byHand}`)
  log(`${lacking}; installing the Debian packages ${packages.join(' ')}`)
  const letServicesStart = silenceServices()
  // An interrupt ends the process by `exit` too: the policy must not stay in any case.
  process.once('exit', letServicesStart)
  try {
    await aptGet(['update'])
    await aptGet(['install', '-y', '--no-install-recommends', ...packages])
  } catch (error) {
    throw new Error(`${lacking}, and ${error instanceof Error ? error.message : error}\n${byHand}`)
  } finally {
    letServicesStart()
    process.off('exit', letServicesStart)
  }
  const still = missing.filter((program) => !findProgram(program))
  if (still.length > 0)
    throw new Error(`apt-get went well, yet still ${still.join(', ')} is missing: ${byHand}`)
}

function findAptGet(): boolean {
  return process.platform === 'linux' && existsSync('/usr/bin/apt-get')
}

/** We need the program, not a server that runs from now on. A policy that is already there stays. */
function silenceServices(): () => void {
  if (existsSync(SERVICE_POLICY)) return () => {}
  writeFileSync(SERVICE_POLICY, '#!/bin/sh\nexit 101\n')
  chmodSync(SERVICE_POLICY, 0o755)
  return () => rmSync(SERVICE_POLICY, { force: true })
}

function aptGet(command: string[]): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawn('/usr/bin/apt-get', ['-o', 'DPkg::Lock::Timeout=120', ...command], {
      env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    let said = ''
    for (const stream of [child.stdout, child.stderr]) {
      stream.on('data', (text) => {
        said = (said + text).slice(-2000)
      })
    }
    child.once('error', reject)
    child.once('close', (code) => {
      if (code === 0) resolve()
      else reject(new Error(`apt-get ${command[0]} failed:\n${said}`))
    })
  })
}
