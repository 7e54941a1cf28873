import type { Fleet, Member } from './fleet.ts'

/** The fleet of a gateway without Redis: itself alone. */
export function loneFleet(id: string): Fleet {
  const bulletins: Record<string, unknown> = {}
  return {
    id,
    size: () => 1,
    place: () => ({ size: 1, rank: 0 }),
    members: async (): Promise<readonly Member[]> => [{ id, seenMs: 0, bulletins: { ...bulletins } }],
    publish: (name, bulletin) => {
      bulletins[name] = bulletin
    },
    close: async () => {},
  }
}
