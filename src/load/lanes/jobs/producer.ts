import { isIP } from 'node:net'
import type { BodyCheck } from '../../body-check.ts'
import type { Headers } from '../../headers.ts'
import { HttpClient } from '../../http1/client.ts'
import { successStatuses } from '../../plain-request.ts'
import { sendRequest } from '../../request.ts'
import { readClocks, type Sample, type SampleError, type Target } from '../../sample.ts'
import type { TargetTls } from '../../tls.ts'
import type { RequestIdentity } from '../../trace.ts'

/** The server that accepts jobs and knows how often each was done. The rollout does not replace it. */
export interface Producer {
  /** Path of a job on the producer. */
  pathOf(id: string): string
  /** Enqueues a job by its `POST`. Never rejects. */
  enqueue(identity: RequestIdentity): Promise<Sample>
  /** Asks how often the job was done. Resolves to an error if the producer did not say. Never rejects. */
  ask(id: string): Promise<number | SampleError>
  /** Destroys the requests in progress. */
  destroy(): void
}

/** The producer does not work on the job itself, so it has no reason to take longer. */
const TIMEOUT_MS = 5_000
/** An answer may contain the whole job. */
const MAX_KEPT_BYTES = 64 * 1024
/** Error code of {@link sendRequest} for an answer that fails its check. */
const WRONG_BODY = 'WRONG_HASH'
/** Code of an answer that does not say how often a job was done. */
export const WRONG_ANSWER = 'WRONG_ANSWER'

/**
 * Creates a producer. Each request uses its own connection: a reused one could be closed at that moment, and
 * the job would look lost.
 */
export function createProducer(url: string, headers: Headers, tls?: TargetTls): Producer {
  const place = new URL(url)
  const { host, pathname, search } = place
  const target = targetOf(place, tls)
  const client = new HttpClient(() => target, false)
  const base = pathname.replace(/\/$/, '')
  const pathOf = (id: string): string => `${base}/${id}${search}`
  const common = {
    headers: { ...headers, host },
    expectStatus: successStatuses,
    timeoutMs: TIMEOUT_MS,
    client,
  }
  return {
    pathOf,
    enqueue: (identity) => sendRequest({ ...common, ...identity }),
    async ask(id) {
      const answer = createDoneReader()
      const { error } = await sendRequest({
        ...common,
        lane: '',
        id,
        method: 'GET',
        path: pathOf(id),
        scheduledAt: readClocks(),
        bodyCheck: answer,
      })
      if (error?.code === WRONG_BODY) return { ...error, code: WRONG_ANSWER }
      return error ?? answer.done() ?? 0
    },
    destroy: () => client.destroy(),
  }
}

/** The target of a URL. Without `tls` Node.js decides which certificates to trust. */
export function targetOf({ protocol, hostname, port }: URL, tls?: TargetTls): Target {
  const host = hostname.replace(/^\[|\]$/g, '')
  const isTls = protocol === 'https:'
  return {
    host,
    port: Number(port || (isTls ? 443 : 80)),
    ...(isTls && { tls: tls ?? { ...(isIP(host) === 0 && { servername: host }), insecure: false } }),
  }
}

/** Reads `{ "done": 1 }` and ignores all other fields. */
function createDoneReader(): BodyCheck & { done(): number | undefined } {
  const chunks: Buffer[] = []
  let bytes = 0
  const read = (): string => Buffer.concat(chunks).toString()
  const done = (): number | undefined => {
    try {
      const { done: times } = JSON.parse(read()) as { readonly done?: unknown }
      return Number.isInteger(times) && (times as number) >= 0 ? (times as number) : undefined
    } catch {
      return undefined
    }
  }
  return {
    write(chunk) {
      if (bytes <= MAX_KEPT_BYTES) chunks.push(chunk)
      bytes += chunk.length
    },
    done,
    problem() {
      if (bytes > MAX_KEPT_BYTES) return `wanted {"done": 0} or more, got more than ${MAX_KEPT_BYTES} bytes`
      return done() === undefined
        ? `wanted {"done": 0} or more, got ${JSON.stringify(read().slice(0, 100))}`
        : undefined
    },
  }
}
