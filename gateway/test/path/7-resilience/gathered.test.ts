import t from 'tap'
import { Budget } from '../../../src/path/7-resilience/budget.ts'
import { Gathered } from '../../../src/path/7-resilience/gathered.ts'

t.test('a budget gives as much as there is and takes back what is given', async (t) => {
  const budget = new Budget(10)
  t.equal(budget.take(10), true)
  t.equal(budget.take(1), false)
  t.equal(budget.held, 10)
  budget.give(4)
  t.equal(budget.take(5), false)
  t.equal(budget.take(4), true)
})

t.test('chunks become one body, whatever their sizes', async (t) => {
  const all = Buffer.from(Array.from({ length: 5_000 }, (_none, index) => index % 251))
  for (const step of [1, 7, 1_000, 4_999, 5_000]) {
    const budget = new Budget(100_000)
    const gathered = new Gathered(budget)
    for (let at = 0; at < all.length; at += step) t.ok(gathered.add(all.subarray(at, at + step)))
    t.equal(gathered.size, all.length)
    t.ok(gathered.bytes()?.equals(all))
    gathered.release()
    t.equal(budget.held, 0)
  }
})

t.test('no chunks are no body, and one is not copied', async (t) => {
  const budget = new Budget(100)
  const gathered = new Gathered(budget)
  t.equal(gathered.bytes(), null)
  const chunk = Buffer.from('once')
  gathered.add(chunk)
  t.equal(gathered.bytes()?.buffer, chunk.buffer)
  t.equal(budget.held, 4)
})

t.test('a chunk that finds no memory is not added, and what was there stays', async (t) => {
  const budget = new Budget(19)
  const gathered = new Gathered(budget)
  t.ok(gathered.add(Buffer.from('0123456789')))
  t.notOk(gathered.add(Buffer.from('0123456789')), 'growing needs room for twice as much')
  t.equal(String(gathered.bytes()), '0123456789')
  const other = new Gathered(budget)
  t.notOk(other.add(Buffer.alloc(16)))
  t.equal(budget.held, 10)
})

t.test('a body of single bytes is accounted for with at most twice its size', async (t) => {
  const budget = new Budget(1_000_000)
  const gathered = new Gathered(budget)
  for (let n = 0; n < 100_000; n++) gathered.add(Buffer.from([n % 256]))
  t.equal(gathered.bytes()?.length, 100_000)
  t.ok(budget.held <= 200_000)
})
