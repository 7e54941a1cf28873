import { cpus, totalmem } from 'node:os'
import type { Sample, Variant } from './measure.ts'

/** One line of the table: medians over the rounds. */
export interface Row {
  readonly variant: string
  readonly cpuMicros: number
  /** Median over the rounds of the difference to the variant beneath, both of the same round; null where none is. */
  readonly added: number | null
  readonly over: string | null
  readonly p50: number
  readonly p99: number
  readonly bad: number
}

export function rowsOf(variants: readonly Variant[], samples: readonly Sample[]): Row[] {
  return variants.map(({ name, over }) => {
    const own = samples.filter(({ variant }) => variant === name)
    const beneath = new Map(
      samples.filter(({ variant }) => variant === over).map(({ round, cpuMicros }) => [round, cpuMicros]),
    )
    const differences = own.flatMap(({ round, cpuMicros }) => {
      const base = beneath.get(round)
      return base === undefined ? [] : [cpuMicros - base]
    })
    return {
      variant: name,
      cpuMicros: median(own.map((sample) => sample.cpuMicros)),
      added: differences.length > 0 ? median(differences) : null,
      over,
      p50: median(own.map((sample) => sample.p50)),
      p99: median(own.map((sample) => sample.p99)),
      bad: own.reduce((sum, sample) => sum + sample.bad, 0),
    }
  })
}

/** The table as text; absolute numbers hold for this run on this machine alone, the differences travel better. */
export function tableOf(rows: readonly Row[]): string {
  const cells = [
    ['', 'CPU µs/request', 'added', 'over', 'p50 ms', 'p99 ms', 'not 200'],
    ...rows.map(({ variant, cpuMicros, added, over, p50, p99, bad }) => [
      variant,
      cpuMicros.toFixed(1),
      added === null ? '' : `${added >= 0 ? '+' : ''}${added.toFixed(1)}`,
      over ?? '',
      p50.toFixed(2),
      p99.toFixed(2),
      String(bad),
    ]),
  ]
  const widths = (cells[0] as string[]).map((_, column) =>
    Math.max(...cells.map((row) => (row[column] as string).length)),
  )
  return cells
    .map((row) =>
      row
        .map((cell, column) =>
          column === 0 || column === 3
            ? cell.padEnd(widths[column] as number)
            : cell.padStart(widths[column] as number),
        )
        .join('  ')
        .trimEnd(),
    )
    .join('\n')
}

/** Which machine a run was made on. */
export function machine(): { cpu: string; cores: number; memoryGiB: number; node: string; platform: string } {
  const all = cpus()
  return {
    cpu: all[0]?.model.trim() ?? 'unknown',
    cores: all.length,
    memoryGiB: Math.round(totalmem() / 2 ** 30),
    node: process.version,
    platform: `${process.platform} ${process.arch}`,
  }
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b)
  const middle = sorted.length >> 1
  if (sorted.length % 2 === 1) return sorted[middle] as number
  return ((sorted[middle - 1] as number) + (sorted[middle] as number)) / 2
}
