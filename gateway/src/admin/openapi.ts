import type { AdminApp } from './http/listener.ts'

/** The description of this listener, for tools; it shows nothing of what is in force. */
export function openApiRoutes(app: AdminApp): void {
  app.get('/openapi.json', { config: { access: 'open' } }, async () => app.swagger())
}
