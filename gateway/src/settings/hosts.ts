const NAME =
  /^(?:\[[0-9a-f:.]+\]|(?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?)(?:\.[a-z0-9](?:[a-z0-9-]*[a-z0-9])?)*)(?::\d{1,5})?$/

/** One host clients may name: `api.example`, with a port where only that one counts, or `*` for any. */
export function readHost(text: string): string {
  const host = text.toLowerCase()
  if (host !== '*' && !NAME.test(host))
    throw new Error(`expected host names such as api.example or [::1]:8080, got "${text}"`)
  return host
}

/** One origin as a browser writes it in `Origin`: scheme, host and port, nothing behind. */
export function readOrigin(text: string): string {
  const url = URL.parse(text)
  if (url === null || !/^https?:$/.test(url.protocol) || url.origin !== text)
    throw new Error(`expected origins such as https://shop.example, in small letters, got "${text}"`)
  return text
}
