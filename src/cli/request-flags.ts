import { closeSync, openSync, readSync } from 'node:fs'
import { isUtf8 } from 'node:buffer'
import { validateHeaderName, validateHeaderValue } from 'node:http'
import type { Command } from 'commander'
import type { Headers } from '../load/headers.ts'
import { type PlainRequest, type StatusRange, successStatuses } from '../load/plain-request.ts'
import type { FlagReader } from './flag-reader.ts'

/** The flags that describe a request. With any of them, all lanes that can send it do so. */
export const requestFlags = ['path', 'method', 'body', 'expect-status'] as const

export const methods: readonly string[] = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']

/**
 * The load sets these fields itself. Another value would break a connection, or make the lane test something
 * else.
 */
const ownHeaders: readonly string[] = [
  'connection',
  'content-length',
  'expect',
  'http2-settings',
  'keep-alive',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
]

/** The ConfigMap of a rollout's agent contains the load, and holds at most 1 MiB. */
const MAX_BODY_BYTES = 64 * 1024

/** Adds the flags that describe a request. */
export function addRequestFlags(command: Command): Command {
  const collect = (value: string, before: readonly string[] = []): readonly string[] => [...before, value]
  return command
    .option('--header <field>', "header field of every request, 'Name: value'; repeatable", collect)
    .option(
      '--path <path>',
      'path that new-connections, keep-alive, think-time and http2 ask for (default: /)',
    )
    .option('--method <method>', 'method of these requests (default: GET, POST with a body)')
    .option('--body <text>', 'their body, or @file to read it from (default: none)')
    .option('--expect-status <statuses>', 'statuses that count as success, as 2xx,404 (default: 2xx)')
}

/** Reads `--header`, each name once. */
export function readHeaders(reader: FlagReader): Headers {
  const headers: Record<string, string> = {}
  for (const field of reader.list('header')) {
    const colon = field.indexOf(':')
    const name = field.slice(0, Math.max(0, colon)).trim().toLowerCase()
    const value = field.slice(colon + 1).trim()
    const problem = colon < 0 ? "wanted 'Name: value'" : headerProblem(name, value, headers)
    if (problem === undefined) headers[name] = value
    // The value may be a secret, and this message is logged.
    else reader.problems.push(`--header: got '${colon < 0 ? '…' : `${name}: …`}', ${problem}`)
  }
  return headers
}

/** Why a header field cannot be sent; undefined when it can. `others` are fields that are already sent. */
export function headerProblem(name: string, value: string, others: Headers): string | undefined {
  if (ownHeaders.includes(name) || name.startsWith('sec-websocket-')) return 'the load sets this field itself'
  if (name in others) return 'this field has a value already; separate several values by commas'
  if (name === 'host' && value === '') return 'wanted a host'
  try {
    validateHeaderName(name)
    validateHeaderValue(name, value)
    return undefined
  } catch (error) {
    return `which is not a valid HTTP header field (${(error as Error).message})`
  }
}

/** Reads the request that the flags describe. The default is `GET` of a path. */
export function readRequest(reader: FlagReader, fallbackPath: string): PlainRequest {
  const body = readBody(reader)
  const method = reader.text('method', body === undefined ? 'GET' : 'POST').toUpperCase()
  if (!methods.includes(method)) {
    reader.problems.push(`--method: got '${method}', wanted one of ${methods.join(', ')}`)
  }
  return {
    method,
    path: readPath(reader, 'path', fallbackPath),
    ...(body !== undefined && { body }),
    expectStatus: readStatuses(reader),
  }
}

/** Reads a path and checks that a request line can contain it. */
export function readPath(reader: FlagReader, flag: string, fallback: string): string {
  const path = reader.text(flag, fallback)
  // A space or a line break would end the path and begin something else.
  if (/^\/[\x21-\x7e]*$/.test(path)) return path
  reader.problems.push(`--${flag}: got '${path}', wanted a path that begins with / and has no spaces`)
  return fallback
}

function readBody(reader: FlagReader): string | undefined {
  if (!reader.has('body')) return undefined
  const text = reader.text('body', '')
  const bytes = text.startsWith('@') ? readBodyFile(reader, text.slice(1)) : Buffer.from(text)
  if (bytes.length > MAX_BODY_BYTES) reader.problems.push(`--body: has more than ${MAX_BODY_BYTES} bytes`)
  else if (!isUtf8(bytes)) reader.problems.push(`--body: '${text}' is not UTF-8 text`)
  return bytes.toString()
}

function readBodyFile(reader: FlagReader, file: string): Buffer {
  try {
    return readStart(file)
  } catch (error) {
    reader.problems.push(`--body: '${file}' cannot be read (${(error as Error).message})`)
    return Buffer.alloc(0)
  }
}

/** Reads just enough to see that a file is too long: a device or a pipe may have no end. */
function readStart(file: string): Buffer {
  const bytes = Buffer.alloc(MAX_BODY_BYTES + 1)
  const descriptor = openSync(file, 'r')
  try {
    let length = 0
    for (let read = 1; read > 0 && length < bytes.length; length += read) {
      read = readSync(descriptor, bytes, length, bytes.length - length, null)
    }
    return bytes.subarray(0, length)
  } finally {
    closeSync(descriptor)
  }
}

/** Reads `--expect-status`; the default is every 2xx. */
export function readStatuses(reader: FlagReader): readonly StatusRange[] {
  if (!reader.has('expect-status')) return successStatuses
  const words = reader
    .text('expect-status', '')
    .split(',')
    .map((word) => word.trim())
  return words.flatMap((word): readonly StatusRange[] => {
    const [, digit] = /^([2-5])xx$/i.exec(word) ?? []
    if (digit !== undefined) return [[Number(digit) * 100, Number(digit) * 100 + 99]]
    if (/^[2-5]\d\d$/.test(word)) return [[Number(word), Number(word)]]
    reader.problems.push(
      `--expect-status: got '${word}', wanted a status from 200 to 599 or a class such as 2xx`,
    )
    return []
  })
}
