/** Five digits and perhaps letters (`85123A`), or the codes of party bags and cushion pads. */
const GOODS = /^(?:\d{5}[A-Z]{0,3}|DCGS[A-Z0-9]{1,8}|PADS)$/

/** Codes that look like goods and are not: 23444 is "Next Day Carriage". */
const SERVICES = new Set(['23444'])

/** The sku of a stock code: the files write one product now as `85123a`, now as `85123A`. */
export function skuOf(stockCode: string): string {
  return stockCode.toUpperCase()
}

/** Whether this sku names goods that lie in a warehouse, and not postage, fees, discounts or vouchers. */
export function isGoods(sku: string): boolean {
  return GOODS.test(sku) && !SERVICES.has(sku)
}
