import { integer, optionalText, port, type SettingTable, text } from '@stockgate/settings'
import { readAddresses } from './addresses.ts'
import { readHost, readOrigin } from './hosts.ts'
import { file, list } from './list.ts'
import { publicUrl } from './public-url.ts'

/** Where clients connect, and whom the gateway takes for what. */
export const publicListener = {
  PORT: port({ help: 'Port of the public listener.', fallback: '8080' }),
  HOST: text({ help: 'Address of the public listener.', fallback: '127.0.0.1' }),
  PUBLIC_URL: publicUrl({
    help: 'Origin under which clients reach the gateway: in problem types and resource metadata.',
    fallback: '',
    fallbackHelp: '`http://127.0.0.1:<PORT>`, with TLS `https://…`',
  }),
  HOSTS: list(
    {
      help: 'Comma list of the hosts a request may name besides that of `PUBLIC_URL`; one without port takes any port, `*` is any host. Probes of `/livez` and `/readyz` may name any.',
      fallback: '',
      fallbackHelp: 'the names of loopback',
    },
    readHost,
  ),
  TRUST_PROXY: {
    help: 'Addresses or CIDR blocks of load balancers whose X-Forwarded-For, -Proto and -Host are believed.',
    fallback: '',
    parse: readAddresses,
  },
  CORS_ORIGINS: list(
    { help: 'Comma list of the origins whose pages may call from a browser.', fallback: '' },
    readOrigin,
  ),
  TLS_CERT: list(
    {
      help: 'Comma list of PEM files, each a certificate with its chain; switches HTTPS on. Read again when they change.',
      fallback: '',
    },
    file,
  ),
  TLS_KEY: list(
    { help: 'Comma list of the PEM files of their private keys, in the same order.', fallback: '' },
    file,
  ),
  TLS_CLIENT_CA: optionalText({
    help: 'PEM file of authorities whose client certificates are taken; a token may then be bound to one.',
  }),
  REDIRECT_PORT: port({
    help: 'With TLS: port of a plain listener that sends every call to HTTPS; 0 is none.',
    fallback: '0',
  }),
} as const satisfies SettingTable

/** What one client may take of the gateway. */
export const publicLimits = {
  ADDRESS_LIMIT: integer({
    help: 'Requests per second and client address before anything is checked; 0 turns the guard off.',
    fallback: '1000',
    min: 0,
    max: 1_000_000,
  }),
  CONNECTIONS: integer({
    help: 'Connections open at once.',
    fallback: '10000',
    min: 10,
    max: 1_000_000,
  }),
  REQUESTS_PER_CONNECTION: integer({
    help: 'Requests on one connection, after which it is closed.',
    fallback: '1000',
    min: 1,
    max: 1_000_000,
  }),
  TARGET_BYTES: integer({
    help: 'Longest request target in bytes.',
    fallback: '8192',
    min: 256,
    max: 65_536,
  }),
  HEADER_BYTES: integer({
    help: 'Largest header section of a request in bytes.',
    fallback: '16384',
    min: 1_024,
    max: 1_048_576,
  }),
  HEADER_COUNT: integer({ help: 'Most header fields of a request.', fallback: '100', min: 10, max: 2_000 }),
  BODY_LIMIT: integer({
    help: 'Largest request body in bytes, where the route names none.',
    fallback: '1048576',
    min: 1,
    max: 1_073_741_824,
  }),
  HEADERS_TIMEOUT_MS: integer({
    help: 'Time a client has to send the header section of a request.',
    fallback: '10000',
    min: 500,
    max: 600_000,
  }),
  REQUEST_TIMEOUT_MS: integer({
    help: 'Time a client has to send one whole request.',
    fallback: '30000',
    min: 1_000,
    max: 600_000,
  }),
  MIN_BYTES_PER_SECOND: integer({
    help: 'Least pace of a body sent and of an answer read, after 5 s; 0 takes any.',
    fallback: '1024',
    min: 0,
    max: 1_073_741_824,
  }),
} as const satisfies SettingTable
