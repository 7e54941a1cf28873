/**
 * Waits for the answer of another process, at most so many milliseconds. Time in which this process itself was too
 * busy to read does not count: after such a pause an overdue timer fires before sockets are read, and would give up
 * on an answer that is already there. So the wait has two halves, and sockets are read in between.
 */
export function answerWithin<T>(answer: Promise<T>, milliseconds: number): Promise<T> {
  return new Promise((resolve, reject) => {
    let timer = setTimeout(() => {
      timer = setTimeout(() => {
        reject(new Error(`no answer within ${milliseconds} ms`))
      }, milliseconds / 2)
    }, milliseconds / 2)
    answer.then(resolve, reject).finally(() => clearTimeout(timer))
  })
}
