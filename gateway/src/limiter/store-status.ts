/** Which counters decide in this gateway at present, for operators and metrics. */
export interface StoreStatus {
  /** The process's own because it counts alone, those of Redis, or its share while Redis is out of reach. */
  readonly decides: 'memory' | 'redis' | 'share'
  /** When that began, in milliseconds since the epoch. */
  readonly since: number
  /** Why Redis is out of reach; null while it is not. */
  readonly cause: string | null
  /** Live gateways, as last known: a share is one part of so many. */
  readonly gateways: number
  /** How often Redis was lost since the start. */
  readonly outages: number
  /** How many decisions were made without Redis since the start. */
  readonly decidedAlone: number
}

/** The part of a pino logger this needs. */
export interface LimiterLog {
  info(fields: object, message: string): void
  warn(fields: object, message: string): void
}
