import t from 'tap'
import { createLogger } from '../src/index.ts'

function logged(fields: object): Record<string, unknown> {
  let line = ''
  const logger = createLogger('things', 'info', {
    write: (text) => {
      line = text
    },
  })
  logger.error(fields, 'failed')
  return JSON.parse(line)
}

t.test('a line names the service and its time, and an error with its code and causes', async (t) => {
  const inner = Object.assign(new Error('refused'), { code: 'ECONNREFUSED' })
  const line = logged({ err: new TypeError('no store', { cause: inner }) })
  t.match(line, {
    service: 'things',
    msg: 'failed',
    time: /^\d{4}-.*Z$/,
    err: {
      type: 'TypeError',
      message: 'no store',
      stack: /logger\.test/,
      cause: { message: 'refused', code: 'ECONNREFUSED' },
    },
  })
})

t.test('what a driver hangs on its error is not logged', async (t) => {
  const err = Object.assign(new Error('lost'), { client: { secretKey: 4711 }, detail: 'Key (a)=(b)' })
  t.notMatch(JSON.stringify(logged({ err })), /4711|secretKey|Key \(a\)/)
  t.match(logged({ err: 'just text' }), { err: 'just text' })
  t.match(logged({ err: { secret: 1 } }), { err: { type: 'object' } })
})

t.test('an error that is its own cause does not end the process', async (t) => {
  const err = new Error('round')
  err.cause = err
  t.match(logged({ err }), { err: { cause: { message: 'round' } } })
})
