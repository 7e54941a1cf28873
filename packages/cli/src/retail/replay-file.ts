import type { SkippedLine } from './file/skip-reasons.ts'
import { UnusableFileError } from './file/unusable-file.ts'
import type { Documents } from './plan/documents.ts'
import type { ShowProgress } from './progress.ts'
import { readCatalogue } from './run/catalogue.ts'
import { findLocation } from './run/location.ts'
import { readDocuments } from './run/read-documents.ts'
import { replay } from './run/replay.ts'
import type { ReplayRun } from './run/replay-run.ts'
import { type ReplaySummary, summarize } from './show/replay-summary.ts'
import { skippedLines } from './show/skipped-lines.ts'

export interface ReplayFileOptions {
  readonly run: Omit<ReplayRun, 'onProgress' | 'catalogue'>
  readonly gateway: URL
  readonly file: string
  readonly limit?: number
  readonly locationCode: string
  readonly ship: boolean
  readonly settleMs: number
  readonly progress: ShowProgress
}

/** The most lines the API takes in one order. */
const MOST_LINES = 1000

/** The products or the warehouse of the file are not there yet; the message says what to do. */
export class NotImportedError extends Error {
  override readonly name = 'NotImportedError'
}

/** Reads a file, replays it and puts the figures together. */
export async function replayFile(
  options: ReplayFileOptions,
): Promise<{ summary: ReplaySummary; skipped: SkippedLine[] }> {
  const { run, gateway, file, limit, locationCode, ship, settleMs, progress } = options
  const started = performance.now()
  const catalogue = await readCatalogue(run.client)
  const isKnown = (sku: string) => catalogue.idOf.has(sku)
  const documents = await readDocuments(file, {
    isKnown,
    mostLines: MOST_LINES,
    ...(limit !== undefined && { limit }),
  })
  const locationId = await findLocation(run.clerk, locationCode)
  mustBeImported(file, documents)
  if (locationId === undefined)
    throw new NotImportedError(
      `there is no location ${locationCode}: import the file first, or name another with --location`,
    )

  const result = await replay({ run: { ...run, catalogue }, documents, locationId, ship, settleMs, progress })
  const seconds = (performance.now() - started) / 1000
  const calls = { client: run.client.counts, clerk: run.clerk.counts }
  return {
    summary: summarize({ file, gateway, documents, result, calls, seconds }),
    skipped: skippedLines(documents, result.plan),
  }
}

function mustBeImported(file: string, { invoices, cancellations, skipped }: Documents): void {
  if (invoices.size > 0 || cancellations.length > 0) return
  if (skipped.some(({ reason }) => reason === 'unknown-product'))
    throw new NotImportedError(
      `none of its products is in the catalogue: run pnpm stockgate import ${file} first`,
    )
  throw new UnusableFileError(`${file} holds no invoice of goods`)
}
