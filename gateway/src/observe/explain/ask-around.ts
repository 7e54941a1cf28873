import { setTimeout as delay } from 'node:timers/promises'
import type { Fleet, Member } from '../../fleet/index.ts'
import type { DecisionRecords } from '../records.ts'
import { explainHappened, type Happened } from './happened.ts'

const QUESTIONS = 'asked'
const ANSWERS = 'answers'
/** Two heartbeats and a look in between, with some patience. */
const PATIENCE_MS = 4_000
const LOOK_EVERY_MS = 100
/** Open at once; an answer is a part of every heartbeat as long as its question is open. */
const MOST_QUESTIONS = 10

/** What came of looking for a request. */
export type Found =
  | { readonly happened: Happened; readonly gateway: string }
  /** Nobody knows it: how many gateways were asked, this one included, and how many did not answer in time. */
  | { readonly happened: null; readonly asked: number; readonly silent: number }

type Answers = Record<string, Happened | null>

/**
 * Finds a request that any gateway has answered. Gateways only have each other's heartbeats, so a question stands in
 * the one of who asks, and the answers in those of the others, until it is settled.
 */
export class AskAround {
  readonly #fleet: Fleet
  readonly #records: DecisionRecords
  readonly #open: Record<string, string> = {}
  #answers: Answers = {}
  #asked = 0

  constructor(fleet: Fleet, records: DecisionRecords) {
    this.#fleet = fleet
    this.#records = records
  }

  /** Looks here first, which takes no time. */
  async find(requestId: string): Promise<Found> {
    const record = this.#records.find(requestId)
    if (record !== undefined) return { happened: explainHappened(record), gateway: this.#fleet.id }
    const others = this.#others(await this.#fleet.members()).length
    if (others === 0 || Object.keys(this.#open).length >= MOST_QUESTIONS)
      return { happened: null, asked: others + 1, silent: others }
    const number = String(++this.#asked)
    this.#open[number] = requestId
    this.#fleet.publish(QUESTIONS, { ...this.#open })
    try {
      return await this.#wait(`${this.#fleet.id}/${number}`, requestId)
    } finally {
      delete this.#open[number]
      this.#fleet.publish(QUESTIONS, { ...this.#open })
    }
  }

  /** Answers what the others ask; to be called about once a second. */
  async answer(): Promise<void> {
    if (this.#fleet.size() === 1) return
    const answers: Answers = {}
    for (const { id, bulletins } of this.#others(await this.#fleet.members())) {
      for (const [number, requestId] of entriesOf(bulletins[QUESTIONS]).slice(0, MOST_QUESTIONS)) {
        if (typeof requestId !== 'string') continue
        const record = this.#records.find(requestId)
        answers[`${id}/${number}`] = record === undefined ? null : explainHappened(record)
      }
    }
    const [now, before] = [Object.keys(answers), Object.keys(this.#answers)]
    if (now.length === 0 && before.length === 0) return
    this.#answers = answers
    this.#fleet.publish(ANSWERS, answers)
  }

  async #wait(question: string, requestId: string): Promise<Found> {
    const deadline = performance.now() + PATIENCE_MS
    for (;;) {
      const others = this.#others(await this.#fleet.members())
      let silent = 0
      for (const { id, bulletins } of others) {
        const answer = entriesOf(bulletins[ANSWERS]).find(([key]) => key === question)
        if (answer === undefined) silent++
        else if ((answer[1] as Happened | null)?.requestId === requestId)
          return { happened: answer[1] as Happened, gateway: id }
      }
      if (silent === 0 || performance.now() >= deadline)
        return { happened: null, asked: others.length + 1, silent }
      await delay(LOOK_EVERY_MS)
    }
  }

  #others(members: readonly Member[]): readonly Member[] {
    return members.filter(({ id }) => id !== this.#fleet.id)
  }
}

/** What a gateway of another version tells may be something else: then it tells nothing. */
function entriesOf(bulletin: unknown): [string, unknown][] {
  return bulletin !== null && typeof bulletin === 'object' ? Object.entries(bulletin) : []
}
