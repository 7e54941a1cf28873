import { spawn } from 'node:child_process'
import { chmodSync, existsSync, rmSync, writeFileSync } from 'node:fs'
import { findRedis } from '../redis.ts'

const BY_HAND =
  'install it (Debian, Ubuntu: `sudo apt-get install -y redis-server`; macOS: `brew install redis`)'
/** Debian asks this program before it starts the service of a package it has just installed. */
const SERVICE_POLICY = '/usr/sbin/policy-rc.d'

/** Makes sure a real redis-server is on PATH, installing Debian's where we may; throws what to do otherwise. */
export async function ensureRedis(log: (line: string) => void): Promise<void> {
  if (findRedis()) return
  if (!findAptGet()) throw new Error(`redis-server is not on PATH, and there is no apt-get here: ${BY_HAND}`)
  if (process.getuid?.() !== 0)
    throw new Error(`redis-server is not on PATH, and only root may install it: ${BY_HAND}`)
  log('redis-server is not on PATH: installing the Debian package')
  const letServicesStart = silenceServices()
  // An interrupt ends the process by `exit` too: the policy must not stay in any case.
  process.once('exit', letServicesStart)
  try {
    await aptGet(['update'])
    await aptGet(['install', '-y', '--no-install-recommends', 'redis-server'])
  } finally {
    letServicesStart()
    process.off('exit', letServicesStart)
  }
  if (!findRedis()) throw new Error(`apt-get installed redis-server, yet it is not on PATH: ${BY_HAND}`)
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
      else
        reject(
          new Error(`redis-server is not on PATH, and apt-get ${command[0]} failed: ${BY_HAND}\n${said}`),
        )
    })
  })
}
