import type { Socket } from 'node:net'
import type { AnswerHead } from './http1/answer-parser.ts'
import type { Connection, ExchangeEvents } from './http1/connection.ts'
import { describeStatuses, isExpected } from './plain-request.ts'
import { quoteAnswer } from './quote-answer.ts'
import type { Sample, SampleError } from './sample.ts'
import {
  describeError,
  describeTimeout,
  noteSocket,
  openTrace,
  type RequestSpec,
  sinceStart,
  toSample,
  type Trace,
} from './trace.ts'

/** An echo is small; longer bodies are counted and not kept. */
const MAX_KEPT_BODY_BYTES = 64 * 1024

/** Sends one request once and resolves to its sample. Never rejects. */
export function sendRequest(spec: RequestSpec): Promise<Sample> {
  return new Promise((resolve) => new SentRequest(spec, resolve).start())
}

class SentRequest implements ExchangeEvents {
  readonly #spec: RequestSpec
  readonly #resolve: (sample: Sample) => void
  readonly #trace = openTrace()
  readonly #body: Buffer[] = []
  #connection: Connection | undefined
  #timer: NodeJS.Timeout | undefined
  #silence: NodeJS.Timeout | undefined
  /** Arrival of the last part of the answer. Monotonic milliseconds. */
  #heardMs = 0

  constructor(spec: RequestSpec, resolve: (sample: Sample) => void) {
    this.#spec = spec
    this.#resolve = resolve
  }

  start(): void {
    this.#timer = setTimeout(() => this.#timeOut(), this.#spec.timeoutMs)
    this.#connection = this.#spec.client.send(this.#spec, this)
  }

  onSocket(socket: Socket): void {
    noteSocket(this.#trace, socket)
  }

  onSent(): void {
    this.#trace.sent = true
    if (this.#trace.stage === 'send') this.#trace.stage = 'wait'
  }

  onHead({ status }: AnswerHead): void {
    this.#trace.stage = 'body'
    this.#trace.firstByteMs = sinceStart(this.#trace)
    this.#trace.status = status
    this.#watchSilence()
  }

  onBody(bytes: Buffer): void {
    this.#spec.bodyCheck?.write(bytes)
    if (this.#trace.bytes < MAX_KEPT_BODY_BYTES) this.#body.push(bytes)
    this.#trace.bytes += bytes.length
    if (this.#silence) this.#watchSilence()
  }

  onEnd(): void {
    this.#settle(judge(this.#spec, this.#trace, () => Buffer.concat(this.#body).toString()))
  }

  onError(error: Error): void {
    this.#settle(describeError(error, this.#trace, this.#spec.timeoutMs))
  }

  #timeOut(): void {
    this.#trace.timedOut = true
    this.#connection?.abort(this)
    this.onError(new Error())
  }

  #watchSilence(): void {
    const { silenceMs } = this.#spec
    if (silenceMs === undefined) return
    this.#heardMs = performance.now()
    if (this.#silence) this.#silence.refresh()
    else this.#silence = setTimeout(() => this.#giveUp(silenceMs), silenceMs)
  }

  #giveUp(silenceMs: number): void {
    this.#connection?.abort(this)
    const lateMs = performance.now() - this.#heardMs - silenceMs
    const error = { message: `no byte for ${silenceMs} ms`, stage: this.#trace.stage }
    this.#settle(describeTimeout(error, lateMs, 'ANSWER_SILENT'))
  }

  #settle(error: SampleError | undefined): void {
    clearTimeout(this.#timer)
    clearTimeout(this.#silence)
    const { facts } = this.#trace
    if (facts) facts.lastUsedMs = performance.now()
    this.#trace.endMs = sinceStart(this.#trace)
    this.#resolve(toSample(this.#spec, this.#trace, error))
  }
}

/** Describes the fault of a complete answer; undefined when the answer is right. */
export function judge(
  spec: Pick<RequestSpec, 'id' | 'checkEcho' | 'bodyCheck' | 'expectStatus' | 'headers' | 'body'>,
  trace: Trace,
  readBody: () => string,
): SampleError | undefined {
  const status = trace.status ?? 0
  if (!isExpected(status, spec.expectStatus)) {
    const words = describeStatuses(spec.expectStatus)
    const wanted = words === '2xx' ? '' : `, wanted ${words}`
    const message = `answered ${status}${wanted}: ${quoteAnswer(readBody(), spec)}`
    return { code: `HTTP_${status}`, message, stage: 'body' }
  }
  const wrong = spec.bodyCheck?.problem()
  if (wrong !== undefined) return { code: 'WRONG_HASH', message: wrong, stage: 'body' }
  if (!spec.checkEcho) return undefined
  const body = readBody()
  if (echoedId(body) === spec.id) return undefined
  return { code: 'WRONG_ECHO', message: `sent id ${spec.id}, got ${quoteAnswer(body, spec)}`, stage: 'body' }
}

function echoedId(body: string): unknown {
  try {
    return (JSON.parse(body) as { id?: unknown } | null)?.id
  } catch {
    return undefined
  }
}
