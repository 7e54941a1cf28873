import type { ApiClient } from '../../client/api-client.ts'
import type { StopSwitch } from '../../client/stop-switch.ts'
import type { Catalogue } from './catalogue.ts'

/** What every stage of a replay works with. */
export interface ReplayRun {
  /** The external client whose orders these are. */
  readonly client: ApiClient
  /** The warehouse clerk, who takes goods back, ships and may read the ledger. */
  readonly clerk: ApiClient
  readonly catalogue: Catalogue
  readonly stop: StopSwitch
  readonly concurrency: number
  /** Called whenever one item of the stage is done. */
  readonly onProgress: () => void
}
