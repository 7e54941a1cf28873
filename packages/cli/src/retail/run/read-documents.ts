import { classify, INVOICE_COLUMNS } from '../file/invoice-line.ts'
import { csvRecords } from '../file/records.ts'
import { type DocumentRules, type Documents, DocumentsBuilder } from '../plan/documents.ts'

/** Reads an invoice file into the documents it holds. Throws an UnusableFileError when it is no such file. */
export async function readDocuments(path: string, rules: DocumentRules): Promise<Documents> {
  const builder = new DocumentsBuilder(rules)
  for await (const record of csvRecords(path, INVOICE_COLUMNS)) builder.add(classify(record))
  return builder.build()
}
