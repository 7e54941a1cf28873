import type { Classified, InvoiceLine } from '../file/invoice-line.ts'
import type { SkippedLine } from '../file/skip-reasons.ts'

/** The lines of one invoice that sell one product, merged. */
export interface MergedLine {
  readonly sku: string
  quantity: number
  /** Price of the first of the merged lines. */
  readonly priceMinor: number
  /** How many lines of the file it stands for. */
  fileLines: number
}

/** One invoice that becomes one order. */
export interface SalesInvoice {
  readonly number: string
  readonly customer: string
  /** Its place among all documents of the file: a cancellation can only concern what stands before it. */
  readonly position: number
  readonly lines: Map<string, MergedLine>
}

/** One line that takes goods back. */
export interface CancellationLine {
  readonly line: number
  readonly invoice: string
  readonly position: number
  readonly sku: string
  readonly quantity: number
  readonly customer: string
}

/** Everything a file asks for. */
export interface Documents {
  readonly linesRead: number
  /** Lines of documents beyond `--limit`: read, and left alone on purpose. */
  readonly linesBeyondLimit: number
  readonly invoices: ReadonlyMap<string, SalesInvoice>
  readonly cancellations: readonly CancellationLine[]
  readonly skipped: readonly SkippedLine[]
}

export interface DocumentRules {
  /** Whether the catalogue has a product of this sku. */
  readonly isKnown: (sku: string) => boolean
  /** The most lines one order may have. */
  readonly mostLines: number
  /** Only the first so many documents count. */
  readonly limit?: number
}

/** Puts classified lines together, in the order of the file, into orders to place and goods to take back. */
export class DocumentsBuilder {
  readonly #rules: DocumentRules
  readonly #positions = new Map<string, number>()
  readonly #invoices = new Map<string, SalesInvoice>()
  readonly #cancellations: CancellationLine[] = []
  readonly #skipped: SkippedLine[] = []
  #linesRead = 0
  #linesBeyondLimit = 0

  constructor(rules: DocumentRules) {
    this.#rules = rules
  }

  add(classified: Classified): void {
    this.#linesRead++
    const position = this.#positionOf(classified.invoice)
    if (position >= (this.#rules.limit ?? Number.POSITIVE_INFINITY)) this.#linesBeyondLimit++
    else if (classified.kind === 'skipped') this.#skip(classified)
    else if (!this.#rules.isKnown(classified.sku))
      this.#skip({
        ...classified,
        reason: 'unknown-product',
        stockCode: classified.sku,
        value: classified.sku,
      })
    else if (classified.kind === 'cancellation') this.#cancellations.push({ ...pick(classified), position })
    else this.#sell(classified, position)
  }

  build(): Documents {
    return {
      linesRead: this.#linesRead,
      linesBeyondLimit: this.#linesBeyondLimit,
      invoices: this.#invoices,
      cancellations: this.#cancellations,
      skipped: this.#skipped,
    }
  }

  /** A line too broken to name its invoice belongs to the document it stands in. */
  #positionOf(invoice: string): number {
    if (invoice === '') return Math.max(0, this.#positions.size - 1)
    const known = this.#positions.get(invoice)
    if (known !== undefined) return known
    const position = this.#positions.size
    this.#positions.set(invoice, position)
    return position
  }

  #sell(line: InvoiceLine, position: number): void {
    const invoice = this.#invoices.get(line.invoice) ?? {
      number: line.invoice,
      customer: line.customer,
      position,
      lines: new Map(),
    }
    const merged = invoice.lines.get(line.sku)
    if (merged) {
      merged.quantity += line.quantity
      merged.fileLines++
    } else if (invoice.lines.size >= this.#rules.mostLines) {
      this.#skip({ ...line, reason: 'invoice-too-long', stockCode: line.sku, value: line.invoice })
      return
    } else {
      const { sku, quantity, priceMinor } = line
      invoice.lines.set(sku, { sku, quantity, priceMinor, fileLines: 1 })
    }
    this.#invoices.set(line.invoice, invoice)
  }

  #skip({ line, reason, invoice, stockCode, value }: SkippedLine): void {
    this.#skipped.push({ line, reason, invoice, stockCode, value })
  }
}

function pick({ line, invoice, sku, quantity, customer }: InvoiceLine): Omit<CancellationLine, 'position'> {
  return { line, invoice, sku, quantity, customer }
}
