import { Counter, collectDefaultMetrics, Gauge, Registry } from 'prom-client'

/** One line of a metric: its labels and its value. */
export type Sample<Label extends string> = readonly [labels: Readonly<Record<Label, string>>, value: number]

/** What there is to know of a metric; `read` is asked each time somebody scrapes, and at no other time. */
export interface MetricSource<Label extends string> {
  readonly name: string
  readonly help: string
  readonly labels: readonly Label[]
  readonly read: () => Iterable<Sample<Label>>
}

/**
 * Metrics that are read from what is counted anyway. Nothing is counted through prom-client: a request pays nothing
 * for being measured, and a series is gone when its source has no more to tell.
 */
export class Metrics {
  readonly #registry = new Registry()

  /** With what Node tells about its process. */
  constructor() {
    collectDefaultMetrics({ register: this.#registry })
  }

  counter<Label extends string>({ name, help, labels, read }: MetricSource<Label>): void {
    new Counter<Label>({
      name,
      help,
      labelNames: labels,
      registers: [this.#registry],
      collect() {
        this.reset()
        for (const [labelled, value] of read()) this.inc(labelled, value)
      },
    })
  }

  gauge<Label extends string>({ name, help, labels, read }: MetricSource<Label>): void {
    new Gauge<Label>({
      name,
      help,
      labelNames: labels,
      registers: [this.#registry],
      collect() {
        this.reset()
        for (const [labelled, value] of read()) this.set(labelled, value)
      },
    })
  }

  get contentType(): string {
    return this.#registry.contentType
  }

  /** Everything in the text format of Prometheus. */
  async text(): Promise<string> {
    return await this.#registry.metrics()
  }
}
