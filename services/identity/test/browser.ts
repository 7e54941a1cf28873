/** As much of a browser as a sign-in needs: cookies with their paths, redirects, forms. */
export interface Browser {
  /** Follows redirects up to a page, or up to an address below `stopAt`, which is not visited. */
  open(url: string, stopAt?: string): Promise<Page>
  /** Presses a button of the page's form. */
  submit(page: Page, fields: Record<string, string>, stopAt?: string): Promise<Page>
}

export interface Page {
  readonly url: string
  readonly status: number
  readonly html: string
  readonly headers: Headers
}

interface Cookie {
  readonly name: string
  readonly value: string
  readonly path: string
}

export function createBrowser(): Browser {
  let jar: Cookie[] = []

  function keep(header: string, url: URL): void {
    const [pair = '', ...attributes] = header.split(';').map((part) => part.trim())
    const named = Object.fromEntries(
      attributes.map((attribute) => {
        const [name = '', ...value] = attribute.split('=')
        return [name.toLowerCase(), value.join('=')]
      }),
    )
    const [name = '', ...value] = pair.split('=')
    const cookie = { name, value: value.join('='), path: named.path ?? url.pathname }
    jar = jar.filter((old) => old.name !== name || old.path !== cookie.path)
    if (named.expires === undefined || Date.parse(named.expires) > Date.now()) jar.push(cookie)
  }

  async function visit(start: string, init: RequestInit, stopAt: string | undefined): Promise<Page> {
    let url = new URL(start)
    for (let hops = 0; hops < 10; hops++) {
      if (stopAt !== undefined && url.href.startsWith(stopAt))
        return { url: url.href, status: 0, html: '', headers: new Headers() }
      const cookie = jar
        .filter(({ path }) => url.pathname === path || url.pathname.startsWith(path.replace(/\/?$/, '/')))
        .map(({ name, value }) => `${name}=${value}`)
        .join('; ')
      const response = await fetch(url, {
        ...(hops === 0 ? init : {}),
        headers: { accept: 'text/html,application/xhtml+xml', ...(cookie && { cookie }) },
        redirect: 'manual',
      })
      for (const header of response.headers.getSetCookie()) keep(header, url)
      const location = response.headers.get('location')
      if (location === null)
        return {
          url: url.href,
          status: response.status,
          html: await response.text(),
          headers: response.headers,
        }
      await response.body?.cancel()
      url = new URL(location, url)
    }
    throw new Error(`too many redirects from ${start}`)
  }

  return {
    open: (url, stopAt) => visit(url, {}, stopAt),
    submit: (page, fields, stopAt) => {
      const body = new URLSearchParams(fields)
      return visit(page.url, { method: 'POST', body }, stopAt)
    },
  }
}
