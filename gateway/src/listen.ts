import type { AddressInfo } from 'node:net'
import { Server as TlsServer } from 'node:tls'
import { SettingError } from '@stockgate/settings'

/** The part of a server that is needed here. */
interface Listener {
  listen(options: { host: string; port: number }): Promise<unknown>
  readonly server: { address(): unknown }
}

/** Where a listener shall be; `prefix` is that of the settings that say so. */
export interface Place {
  readonly host: string
  readonly port: number
  readonly prefix: '' | 'ADMIN_' | 'REDIRECT_'
}

/** Listens, and gives the URL. Rejects with a SettingError that names what to change. */
export async function listen(app: Listener, { host, port, prefix }: Place): Promise<string> {
  try {
    await app.listen({ host, port })
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'EADDRINUSE')
      throw new SettingError(
        `${prefix}PORT`,
        `${port} is taken on ${host}; stop what listens there or choose another`,
      )
    if (code === 'EACCES')
      throw new SettingError(`${prefix}PORT`, `${port} needs more rights; choose one above 1023`)
    if (code === 'EADDRNOTAVAIL' || code === 'ENOTFOUND')
      throw new SettingError(
        `${prefix === 'REDIRECT_' ? '' : prefix}HOST`,
        `${host} is no address of this machine`,
      )
    throw error
  }
  const address = app.server.address() as AddressInfo
  const scheme = app.server instanceof TlsServer ? 'https' : 'http'
  return `${scheme}://${address.family === 'IPv6' ? `[${address.address}]` : address.address}:${address.port}`
}
