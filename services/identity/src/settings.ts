import { integer, oneOf, optionalText, port, type SettingValues, text, url } from '@stockgate/settings'

/** Every setting of the identity service. */
export const settingTable = {
  HOST: text({ help: 'Address to listen on.', fallback: '127.0.0.1' }),
  PORT: port({ help: 'Port to listen on; 0 lets the system choose.', fallback: '8080' }),
  ISSUER: url({
    help: 'Issuer of the tokens: the public URL of this service, as clients reach it through the gateway. Its path is where the service answers.',
    fallback: 'http://127.0.0.1:8080/identity',
  }),
  AUDIENCE: text({
    help: 'Audience of access tokens where a client asks for no other: the public URL of the gateway.',
    fallback: 'http://127.0.0.1:8080',
  }),
  STATE: text({
    help: 'Folder for the signing keys; created when absent, readable by this user only.',
    fallback: '.stockgate/identity',
  }),
  CLIENTS: optionalText({
    help: 'File that lists the clients and their scopes.',
    fallbackHelp: '`clients.json` of this service',
  }),
  CLIENT_SECRETS: optionalText({
    help: 'Secrets by client id, `{"demo":"…"}`, or the path of such a file. A client without a secret is left out.',
    fallbackHelp: '`development-secrets.json` while HOST and ISSUER are loopback, else **required**',
    secret: true,
  }),
  DEVELOPMENT_SIGN_IN: oneOf(['auto', 'on', 'off'], {
    help: 'The page where anybody signs in as any user by typing an id. `auto` is on while HOST and ISSUER are loopback.',
    fallback: 'auto',
  }),
  TOKEN_LIFETIME: integer({
    help: 'Seconds an access token is valid.',
    fallback: '600',
    min: 1,
    max: 86_400,
  }),
  LOG_LEVEL: oneOf(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'], {
    help: 'Least severity that is logged.',
    fallback: 'info',
  }),
}

export type Settings = SettingValues<typeof settingTable>

/**
 * True while only this machine can reach the service and its issuer: the one situation in which secrets everybody
 * knows and a sign-in without password are acceptable.
 */
export function isDevelopment(settings: Pick<Settings, 'HOST' | 'ISSUER'>): boolean {
  return isLoopback(settings.HOST) && isLoopback(settings.ISSUER.hostname)
}

function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || host === '[::1]' || /^127\.\d+\.\d+\.\d+$/.test(host)
}
