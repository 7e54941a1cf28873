// Normal clients, in a thread of their own: an open loop, so that a late answer does not hold back the next request.
import { Agent, request } from 'node:http'
import { parentPort, workerData } from 'node:worker_threads'

export interface NormalAnswer {
  /** Milliseconds since the moment it was due, not since it was sent. */
  readonly took: number
  readonly status: number
}

const { url, perSecond } = workerData as { url: string; perSecond: number }
const agent = new Agent({ keepAlive: true, maxSockets: 64 })
let answers: NormalAnswer[] = []
let under = 0
const began = performance.now()
let due = 0

function ask(at: number): void {
  under++
  const done = (status: number): void => {
    under--
    answers.push({ took: performance.now() - at, status })
  }
  // Every fifth sends something.
  const body = due % 5 === 0 ? '{"name":"chair"}' : ''
  const headers = {
    'content-type': 'application/json',
    ...(body !== '' && { 'content-length': body.length }),
  }
  const call = request(`${url}/small`, { agent, method: body === '' ? 'GET' : 'POST', headers }, (answer) => {
    answer.resume().once('close', () => done(answer.complete ? (answer.statusCode ?? 0) : 0))
  })
  call.once('error', () => done(0)).end(body)
}

let before = performance.now()
/** The longest this thread stood still: what says how far to trust the times. */
let stood = 0
setInterval(() => {
  stood = Math.max(stood, performance.now() - before)
  before = performance.now()
  for (; began + (due * 1_000) / perSecond <= performance.now(); due++) ask(began + (due * 1_000) / perSecond)
}, 2)

/** Each asking gives what was answered since the one before. */
parentPort?.on('message', () => {
  parentPort?.postMessage({ answers, under, stood })
  answers = []
  stood = 0
})
