/** Finds what stands for a server name: the name itself, then a wildcard for its first label. */
export function chooser<T extends { readonly names: readonly string[] }>(
  all: readonly T[],
): (serverName: string | undefined) => T {
  const byName = new Map<string, T>()
  for (const one of all) for (const name of one.names) if (!byName.has(name)) byName.set(name, one)
  return (serverName) => {
    const first = all[0] as T
    if (serverName === undefined || serverName === '') return first
    const name = serverName.toLowerCase()
    const dot = name.indexOf('.')
    return byName.get(name) ?? (dot > 0 ? byName.get(`*${name.slice(dot)}`) : undefined) ?? first
  }
}
