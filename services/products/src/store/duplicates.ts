import { violatedUnique } from '@stockgate/service-kit'
import { Refusal } from '../domain/refusal.ts'

/** Turns the database's word that something is taken into ours; other errors pass. */
export async function refusingDuplicates<R>(work: () => Promise<R>): Promise<R> {
  try {
    return await work()
  } catch (error) {
    throw duplicateRefusal(violatedUnique(error)) ?? error
  }
}

function duplicateRefusal(constraint: string | undefined): Refusal | undefined {
  switch (constraint) {
    case 'products_sku_unique':
      return new Refusal('duplicate-sku', 'Another product has this sku.', [
        { pointer: '#/sku', detail: 'is taken' },
      ])
    case 'locations_code_unique':
      return new Refusal('duplicate-code', 'Another location has this code.', [
        { pointer: '#/code', detail: 'is taken' },
      ])
    case 'barcodes_unique':
      return new Refusal('duplicate-barcode', 'Another product or location has this barcode.')
    default:
      return undefined
  }
}
