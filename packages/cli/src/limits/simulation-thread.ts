import { parentPort, workerData } from 'node:worker_threads'
import { inOneTier, openTraffic, replay, reportOf, routesOf } from '@stockgate/simulate'
import { checkLimits } from './policy-file.ts'
import type { NamedDocument, Simulation, Told } from './simulation.ts'

const TELL_EVERY = 1024 * 1024

const job = workerData as Simulation
let untold = 0

const traffic = openTraffic(job.traffic, {
  ...(job.from !== undefined && { from: job.from }),
  ...(job.until !== undefined && { until: job.until }),
  findRoute: routesOf(job.manifests),
  onBytes: (count) => {
    untold += count
    if (untold >= TELL_EVERY) tellBytes()
  },
})
const replayed = await replay({ traffic, before: limitsOf(job.against), after: limitsOf(job.draft) })
tellBytes()
tell({
  report: reportOf(replayed, {
    draft: job.draft.name,
    against: job.against.name,
    tier: job.tier,
    files: traffic.files,
    routeLimits: job.manifests.length > 0,
  }),
})

function limitsOf({ name, text }: NamedDocument) {
  const limits = checkLimits(name, text)
  return job.tier === null ? limits : inOneTier(limits, job.tier, name)
}

function tellBytes(): void {
  tell({ bytes: untold })
  untold = 0
}

function tell(told: Told): void {
  parentPort?.postMessage(told)
}
