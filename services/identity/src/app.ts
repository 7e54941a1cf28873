import { createBaseApp, useHealth } from '@stockgate/service-kit'
import type { FastifyInstance } from 'fastify'
import type { Logger } from 'pino'
import { noticesTo } from './library-notices.ts'
import { useIssuerLog } from './log.ts'
import { mountProvider } from './mount.ts'
import { createProvider, type IssuerOptions } from './provider.ts'
import { addSignIn } from './sign-in.ts'

export interface AppOptions extends IssuerOptions {
  readonly logger: Logger
}

/** The identity service: the provider below the path of its issuer, the sign-in page, health; problems for the rest. */
export function createApp(options: AppOptions): FastifyInstance {
  noticesTo(options.logger)
  const app = createBaseApp({ publicUrl: new URL(options.issuer).origin, logger: options.logger })
  useHealth(app, [])

  const provider = createProvider(options)
  useIssuerLog(provider, options.logger)
  mountProvider(app, provider)
  if (options.signIn) addSignIn(app, provider)
  return app
}
