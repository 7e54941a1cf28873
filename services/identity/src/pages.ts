/** Nothing on the pages needs a script, an image or another origin. */
export const PAGE_POLICY =
  "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; frame-ancestors 'none'"

const STYLE = `
  body { font: 16px/1.5 system-ui, sans-serif; max-width: 28rem; margin: 10vh auto; padding: 0 1rem; color: #1c2430 }
  .mark { background: #ffe9a8; border: 1px solid #d9a400; padding: .5rem .75rem; border-radius: 4px }
  label, input, button { display: block; font: inherit } input { width: 100%; box-sizing: border-box; padding: .5rem }
  button { display: inline-block; margin: 1rem .5rem 0 0; padding: .5rem 1rem } .refused { color: #a40000 }
`

/** The development sign-in: who are you, and may this client do that? */
export function signInPage(asked: { client: string; scopes: readonly string[]; refused?: string }): string {
  const scopes = asked.scopes.map((scope) => `<li><code>${html(scope)}</code></li>`).join('')
  const refused = asked.refused === undefined ? '' : `<p class="refused" role="alert">${refusal}</p>`
  return layout(
    'Sign in',
    `<p class="mark"><strong>Development sign-in.</strong> No password is asked: type any user id.</p>
    <p><strong>${html(asked.client)}</strong> asks to act for you with:</p>
    <ul>${scopes}</ul>
    <form method="post">
      ${refused}
      <label for="user">User id</label>
      <input id="user" name="user" value="${html(asked.refused ?? '42')}" maxlength="64" autocomplete="off" autofocus>
      <button name="decision" value="allow">Sign in and allow</button>
      <button name="decision" value="deny" formnovalidate>Refuse</button>
    </form>`,
  )
}

const refusal = 'A user id has 1 to 64 letters, digits, dashes or underscores.'

/** A page with one sentence, for a browser that cannot go on. */
export function messagePage(title: string, sentence: string): string {
  return layout(title, `<p>${html(sentence)}</p>`)
}

function layout(title: string, body: string): string {
  return `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <title>${html(title)} · Stockgate development</title>
    <style>${STYLE}</style>
  </head>
  <body>
    <h1>${html(title)}</h1>
    ${body}
  </body>
</html>
`
}

function html(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`)
}
