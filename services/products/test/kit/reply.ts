import { Ajv2020 } from 'ajv/dist/2020.js'
import ajvFormats from 'ajv-formats'
import type { Test } from 'tap'
import type { buildApp } from '../../src/app.ts'

export interface Call {
  method: 'GET' | 'HEAD' | 'POST' | 'PUT' | 'PATCH' | 'DELETE' | 'OPTIONS'
  url: string
  /** An object is sent as JSON, text as it is. */
  body?: object | string
  headers?: Record<string, string>
}

// biome-ignore lint/suspicious/noExplicitAny: tests read answers of many shapes
type Json = any

export interface Reply {
  readonly status: number
  readonly headers: Record<string, string | undefined>
  readonly body: Json
}

type Answer = Awaited<ReturnType<Awaited<ReturnType<typeof buildApp>>['inject']>>

/** Turns answers into replies, and fails the test for one that the API description does not allow. */
export function replyChecker(t: Test, app: Awaited<ReturnType<typeof buildApp>>) {
  const description = app.swagger() as Json
  const ajv = new Ajv2020({ strict: false, allErrors: true })
  ajvFormats.default(ajv)
  ajv.addSchema({ $id: 'api', ...description })
  const paths = Object.keys(description.paths).map((path) => ({
    path,
    pattern: new RegExp(`^${path.replace(/\{[^}]+\}/g, '[^/]+')}$`),
  }))

  return (method: string, url: string, answer: Answer): Reply => {
    const headers = answer.headers as Record<string, string | undefined>
    const isJson = /json/.test(headers['content-type'] ?? '') && answer.body !== ''
    const body = isJson ? JSON.parse(answer.body) : undefined
    const target = url.split('?', 1)[0] as string
    const known =
      paths.find(({ path }) => path === target) ?? paths.find(({ pattern }) => pattern.test(target))
    const pointer = known && pointerOf(known.path, method, answer.statusCode)
    const validate = pointer && ajv.getSchema(pointer)
    if (answer.statusCode < 300 && isJson) {
      if (!validate) t.fail(`${method} ${url} ${answer.statusCode} is not described`)
      else if (!validate(body)) t.fail(`${method} ${url} does not match`, { faults: validate.errors, body })
    }
    if (answer.statusCode >= 400) {
      t.match(headers['content-type'], /^application\/problem\+json/)
      t.match(body, { type: /^https:\/\//, status: answer.statusCode, trace_id: String, title: String })
    }
    return { status: answer.statusCode, headers, body }
  }
}

function pointerOf(path: string, method: string, status: number): string {
  const escaped = path
    .replaceAll('~', '~0')
    .replaceAll('/', '~1')
    .replaceAll('{', '%7B')
    .replaceAll('}', '%7D')
  return `api#/paths/${escaped}/${method.toLowerCase()}/responses/${status}/content/application~1json/schema`
}
