import { integer, optionalText, type SettingTable } from '@stockgate/settings'
import { readUpstreams } from './upstreams.ts'

/** Where services are, and what one may take of the gateway. */
export const services = {
  UPSTREAMS: {
    help: 'Where services are: `products=http://127.0.0.1:4001,orders=http://a:8080|http://b:8080`.',
    fallback: '',
    fallbackHelp: '`http://<service>:8080`, every address DNS knows',
    parse: readUpstreams,
  },
  UPSTREAM_CA: optionalText({
    help: 'PEM file of authorities that sign the certificates of services, besides the public ones.',
  }),
  SERVICE_CONCURRENCY: integer({
    help: 'Requests in flight to one service; more are answered 503 at once.',
    fallback: '256',
    min: 1,
    max: 100_000,
  }),
  UPSTREAM_CONNECTIONS: integer({
    help: 'Connections to one endpoint of a service.',
    fallback: '256',
    min: 1,
    max: 100_000,
  }),
} as const satisfies SettingTable
