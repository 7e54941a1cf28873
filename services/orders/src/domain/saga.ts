import type { Fulfillment } from './fulfillment.ts'
import type { Order, OrderEvent } from './order.ts'

export type SagaKind = 'PLACEMENT' | 'RELEASE' | 'SHIPMENT'

/** The call to products that a saga makes next. */
export type SagaStep = 'RESERVE' | 'CONFIRM' | 'RELEASE' | 'CONSUME'

/** A piece of work at products, as its present holder has it. */
export interface Saga {
  readonly id: string
  readonly orderId: string
  readonly reservationId: string
  readonly kind: SagaKind
  readonly fulfillmentId: string | null
  readonly step: SagaStep
  /** Calls begun in this step, the one about to be made included. */
  readonly attempts: number
  /** Rises with every holder; whoever has a lower one may not write any more. */
  readonly version: number
  /** Its deadline has passed. */
  readonly late: boolean
  /** Why it was left the last time. */
  readonly lastFailure: string | null
  readonly traceId: string
}

/** What a decision looks at: the order under its lock, and the fulfillment a shipment is about. */
export interface Held {
  readonly order: Order
  readonly fulfillment: Fulfillment | undefined
}

/** What a saga makes of its order, and what it does next; `END` when it needs products no more. */
export interface Verdict {
  readonly order: Order
  readonly fulfillment?: Fulfillment
  readonly events: readonly OrderEvent[]
  readonly next: 'RELEASE' | 'END'
}

/**
 * Sagas as they are stored. Whatever a step is about to do is written before it is done. Every write answers
 * undefined when the saga has been taken over meanwhile: its holder then stops without a word.
 */
export interface Sagas {
  /** Takes a saga up, unless it has ended or somebody else is at it. */
  claim(id: string): Promise<Saga | 'ended' | 'taken'>
  hasEnded(id: string): Promise<boolean>
  read(saga: Saga): Promise<Held>
  /** Goes on to the next call. */
  advance(saga: Saga, step: SagaStep, event: OrderEvent): Promise<Saga | undefined>
  /** Makes the same call once more. */
  again(saga: Saga): Promise<Saga | undefined>
  /** Decides over the order; undefined also when that was the end. */
  decide(saga: Saga, decide: (held: Held) => Verdict): Promise<Saga | undefined>
  end(saga: Saga, event: OrderEvent): Promise<undefined>
  /** Leaves it to its job; the timeline tells of a reason it has not told already. */
  leave(saga: Saga, failure: string): Promise<void>
}

/** What came of one step: the saga as it goes on, undefined when there is nothing more to do, or why it is stuck. */
export type StepResult = Saga | undefined | { readonly failure: string }

export function isStuck(result: StepResult): result is { readonly failure: string } {
  return result !== undefined && 'failure' in result
}
