import { integer, type SettingTable, text } from '@stockgate/settings'
import { readIssuers } from './issuers.ts'
import { pepper } from './pepper.ts'

/** Whose credentials are taken, and what the gateway signs with. */
export const identity = {
  ISSUERS: {
    help: 'JSON list of `{"issuer","audience","jwks","algorithms"}`, or a file with it; see docs/operations/issuers-and-tokens.md.',
    parse: readIssuers,
  },
  KEYS_MAX_STALE_S: integer({
    help: 'How long the keys of an issuer that cannot be reached are still believed.',
    fallback: '86400',
    min: 60,
    max: 2_592_000,
  }),
  KEY_PEPPER: pepper({
    help: 'Secret that API keys are sealed with, the same for all gateways; without it there are no API keys.',
  }),
  CALLER_KEY: text({
    help: 'File of the private JWK that signs caller tokens; made when absent.',
    fallback: '.stockgate/gateway/caller-key.json',
  }),
} as const satisfies SettingTable
