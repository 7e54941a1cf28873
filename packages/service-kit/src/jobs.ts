import type { Transaction } from 'kysely'
import { fromKysely, PgBoss } from 'pg-boss'
import type { Logger } from 'pino'

/** How the jobs of one queue are run again when they fail. */
export interface JobQueue {
  readonly name: string
  /** Runs after the first one; a job that fails them all goes to `deadLetter`, or is kept as failed. */
  readonly retries: number
  /** Seconds before the first retry; about twice as long before each later one, up to `retryDelayMax`. */
  readonly retryDelay: number
  readonly retryDelayMax: number
  /** Seconds one run may take; a job whose process died is given to another about then. */
  readonly expires: number
  /** Name of a queue defined before. */
  readonly deadLetter?: string
  /** Of jobs sent with the same key at most one waits for its first run; fixed when the queue is made. */
  readonly oneByKey?: boolean
}

export interface SendOptions {
  /** Before the first run. */
  readonly delaySeconds?: number
  /** For a queue of `oneByKey`: with a job of this key waiting already, nothing is sent. */
  readonly key?: string
}

export interface WorkOptions {
  /** Jobs of one queue that run at the same time in this process. */
  readonly atOnce: number
  /** Seconds between two looks at an empty queue, 0.5 at least. */
  readonly pollEvery: number
}

/** Background work kept in the service's own database: a job runs at least once, also after a crash. */
export interface Jobs {
  /** Creates the queue, or brings an existing one to these settings. */
  define(queue: JobQueue): Promise<void>
  /** Sends a job that exists if and only if the transaction commits. */
  send<Tables>(trx: Transaction<Tables>, queue: string, data: object, options?: SendOptions): Promise<void>
  /** Runs `handler` for each job; a rejection means run it again later. */
  work<Data extends object>(
    queue: string,
    options: WorkOptions,
    handler: (data: Data) => Promise<void>,
  ): Promise<void>
  /** Takes no further job and waits, within bounds, for those that run. */
  stop(): Promise<void>
}

/** Seconds between two looks for jobs whose process died. */
const SUPERVISE_EVERY = 10
/** Seconds a finished job is kept. */
const KEPT = 600

/** Connects to the job tables in the service's database, which it creates at the first start. */
export async function startJobs(url: URL, log: Pick<Logger, 'error' | 'warn'>): Promise<Jobs> {
  const boss = new PgBoss({
    connectionString: url.href,
    application_name: 'jobs',
    max: 4,
    connectionTimeoutMillis: 3_000,
    superviseIntervalSeconds: SUPERVISE_EVERY,
    monitorIntervalSeconds: SUPERVISE_EVERY,
    maintenanceIntervalSeconds: 300,
    schedule: false,
  })
  boss.on('error', (error) => log.error({ err: error }, 'job queue failed'))
  boss.on('warning', ({ message }) => log.warn(`job queue: ${message}`))
  await boss.start()

  return {
    async define({ name, retries, expires, oneByKey = false, ...rest }) {
      const options = {
        ...rest,
        retryLimit: retries,
        retryBackoff: true,
        expireInSeconds: expires,
        deleteAfterSeconds: KEPT,
      }
      await boss.createQueue(name, { ...options, policy: oneByKey ? 'short' : 'standard' })
      await boss.updateQueue(name, options)
    },
    async send(trx, queue, data, { delaySeconds = 0, key } = {}) {
      await boss.send(queue, data, {
        db: fromKysely(trx),
        ...(delaySeconds > 0 && { startAfter: delaySeconds }),
        ...(key !== undefined && { singletonKey: key }),
      })
    },
    async work<Data extends object>(
      queue: string,
      { atOnce, pollEvery }: WorkOptions,
      handler: (data: Data) => Promise<void>,
    ) {
      const options = {
        batchSize: atOnce,
        pollingIntervalSeconds: pollEvery,
        burstWhenBatchFull: true,
        perJobResults: true,
      } as const
      await boss.work<Data, unknown, typeof options>(queue, options, (jobs) =>
        Promise.all(jobs.map(({ id, data }) => outcomeOf(id, handler(data)))),
      )
    },
    async stop() {
      await boss.stop({ graceful: true, timeout: 10_000 })
    },
  }
}

/** One job's failure is its own: the others of its batch are done all the same. */
async function outcomeOf(id: string, run: Promise<void>) {
  try {
    await run
    return { id, status: 'completed' as const }
  } catch (error) {
    return { id, status: 'failed' as const, output: { message: String(error) } }
  }
}
