/** Where the metadata of RFC 9728 stands. */
export const METADATA_PATH = '/.well-known/oauth-protected-resource'

/** The group a route belongs to: the first segment of its pattern. Null where that is a parameter, or nothing. */
export function groupOf(pattern: string): string | null {
  const [, first = ''] = pattern.split('/', 2)
  return first === '' || first.startsWith('{') ? null : first
}

/** The path of the metadata of one group, or of all that is there. */
export function metadataPath(group: string | null): string {
  return group === null ? METADATA_PATH : `${METADATA_PATH}/${group}`
}

/** The parameter of a challenge that leads to the metadata of a group. */
export function metadataGuide(origin: string, group: string | null): string {
  return `resource_metadata="${origin}${metadataPath(group)}"`
}
