import { createLogger, runProcess, serve } from '@stockgate/service-kit'
import { readSettings } from '@stockgate/settings'
import { createApp } from './app.ts'
import { loadClients } from './clients.ts'
import { isDevelopment, settingTable } from './settings.ts'
import { loadSigningKeys } from './signing-keys.ts'

await runProcess('identity', async () => {
  const settings = readSettings(settingTable, process.env)
  const clients = loadClients(settings)
  const logger = createLogger('identity', settings.LOG_LEVEL)
  const app = createApp({
    issuer: settings.ISSUER.href.replace(/\/$/, ''),
    audience: settings.AUDIENCE,
    keys: await loadSigningKeys(settings.STATE),
    clients,
    signIn:
      settings.DEVELOPMENT_SIGN_IN === 'auto'
        ? isDevelopment(settings)
        : settings.DEVELOPMENT_SIGN_IN === 'on',
    tokenLifetime: settings.TOKEN_LIFETIME,
    logger,
  })
  logger.info({ clients: clients.map(({ id }) => id) }, 'clients with a secret')
  await serve(app, { host: settings.HOST, port: settings.PORT }, [])
})
