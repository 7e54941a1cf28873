import { createHash, randomBytes } from 'node:crypto'

const CALLBACK = 'http://127.0.0.1/callback'

/**
 * Signs a user in at the page of the identity service, through the gateway, as a browser and an application would
 * together: code grant with PKCE for the demo client. Gives the access token.
 */
export async function signIn(gateway: string, user: string): Promise<string> {
  const cookies = new Map<string, string>()
  const verifier = randomBytes(32).toString('base64url')

  async function visit(url: string, init: RequestInit = {}): Promise<Response> {
    const cookie = [...cookies].map(([name, value]) => `${name}=${value}`).join('; ')
    const response = await fetch(url, {
      ...init,
      redirect: 'manual',
      headers: { accept: 'text/html', cookie },
    })
    for (const header of response.headers.getSetCookie()) {
      const [name = '', value = ''] = (header.split(';', 1)[0] ?? '').split('=')
      cookies.set(name, value)
    }
    return response
  }
  const next = (response: Response, from: string) =>
    new URL(response.headers.get('location') ?? '', from).href

  const query = new URLSearchParams({
    client_id: 'demo',
    response_type: 'code',
    redirect_uri: CALLBACK,
    code_challenge: createHash('sha256').update(verifier).digest('base64url'),
    code_challenge_method: 'S256',
  })
  const page = next(await visit(`${gateway}/identity/auth?${query}`), gateway)
  const html = await (await visit(page)).text()
  if (!html.includes('Development sign-in')) throw new Error(`no sign-in page at ${page}: ${html}`)
  const body = new URLSearchParams({ user, decision: 'allow' })
  const resume = next(await visit(page, { method: 'POST', body }), gateway)
  const callback = next(await visit(resume), gateway)

  const token = await fetch(`${gateway}/identity/token`, {
    method: 'POST',
    headers: { authorization: `Basic ${Buffer.from('demo:demo-secret').toString('base64')}` },
    body: new URLSearchParams({
      grant_type: 'authorization_code',
      code: new URL(callback).searchParams.get('code') ?? '',
      redirect_uri: CALLBACK,
      code_verifier: verifier,
    }),
  })
  const { access_token, error } = (await token.json()) as { access_token?: string; error?: string }
  if (access_token === undefined) throw new Error(`no token: ${error}`)
  return access_token
}
