import { oneOf, optionalText, port, type SettingTable, text } from '@stockgate/settings'
import { readHost } from './hosts.ts'
import { list } from './list.ts'

/** Where operators connect. */
export const adminListener = {
  ADMIN_PORT: port({ help: 'Port of the admin listener.', fallback: '9090' }),
  ADMIN_HOST: text({
    help: 'Address of the admin listener; any other than loopback needs TLS, or `ADMIN_PLAIN`.',
    fallback: '127.0.0.1',
  }),
  ADMIN_HOSTS: list(
    {
      help: 'Comma list of further hosts a call of the admin side may name, besides loopback, `ADMIN_HOST`, the names of its certificate and any address.',
      fallback: '',
    },
    readHost,
  ),
  ADMIN_TLS_CERT: optionalText({ help: 'PEM file of the certificate, with chain, of the admin listener.' }),
  ADMIN_TLS_KEY: optionalText({ help: 'PEM file of its private key.' }),
  ADMIN_PLAIN: oneOf(['loopback', 'anywhere'], {
    help: 'Where the admin listener may do without TLS; `anywhere` is for a network nobody else can listen on.',
    fallback: 'loopback',
  }),
} as const satisfies SettingTable
