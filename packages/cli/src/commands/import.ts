import { Command } from 'commander'
import { gatewayUrl } from '../client/known-clients.ts'
import { createStopSwitch } from '../client/stop-switch.ts'
import { INVOICE_COLUMNS } from '../retail/file/invoice-line.ts'
import { mustHaveColumns } from '../retail/file/records.ts'
import { importFile } from '../retail/import-file.ts'
import { progressOn } from '../retail/progress.ts'
import { signIn } from '../retail/run/sign-in.ts'

interface Options {
  readonly openingStock: string
  readonly location: string
  readonly gateway?: string
  readonly client: string
  readonly secret?: string
}

/** `stockgate import FILE`: registers the products of an invoice file and their opening stock. */
export function importCommand(): Command {
  return new Command('import')
    .description('create the products an invoice file names, and record opening stock for them')
    .argument('<file>', 'CSV with the columns InvoiceNo, StockCode, Description, Quantity, …')
    .option(
      '--opening-stock <n|file>',
      'units of each product, or a CSV file with the columns sku,quantity',
      '2000',
    )
    .option('--location <code>', 'warehouse the stock lies in; made when there is none', 'MAIN')
    .option('--gateway <url>', 'gateway to talk to (default: STOCKGATE_URL, else the one pnpm start runs)')
    .option('--client <id>', 'client that writes; needs products, locations and stock to write', 'manager')
    .option('--secret <secret>', 'its secret (default: STOCKGATE_CLIENT_SECRET, else as seeded)')
    .addHelpText(
      'after',
      `
Every stock code of goods becomes one product: five digits and perhaps letters (85123A), in capitals. Postage, fees,
discounts and vouchers are no goods. The name is the description most of its lines use.

The default of 2000 units serves most orders of the sample file and leaves some short.
A second import changes nothing: products are found by their sku, and a product that has opening stock at the
location keeps it, whatever --opening-stock says then.`,
    )
    .action(async (file: string, options: Options) => {
      const gateway = gatewayUrl(options.gateway)
      await mustHaveColumns(file, INVOICE_COLUMNS)
      const api = await signIn({
        gateway,
        clientId: options.client,
        secret: options.secret,
        variable: 'STOCKGATE_CLIENT_SECRET',
        connections: 2,
        stop: createStopSwitch(),
      })
      try {
        const progress = progressOn(process.stderr)
        const { openingStock, location } = options
        const done = await importFile({ api, file, openingStock, locationCode: location, progress })
        process.stdout.write(
          `products       ${done.products.created} created, ${done.products.present} present before\n` +
            `opening stock  ${done.stock.recorded} products, ${done.stock.units} units at ${location}; ` +
            `${done.stock.present} had it before\n`,
        )
      } finally {
        await api.close()
      }
    })
}
