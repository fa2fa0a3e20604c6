/**
 * Reads large answers slowly. Runs in a pod from its text alone, so it imports nothing of this repository.
 */
import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { connect } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'

/** One answer that was read slowly. Wall-clock milliseconds. */
export interface Download {
  /** `cut`: the answer began and is not whole. `refused`: it never began. */
  readonly end: 'whole' | 'cut' | 'refused'
  /** The pod that answered, by the header `pod`. */
  readonly pod: string | undefined
  readonly bodyBytes: number
  readonly wantedBytes: number | undefined
  readonly fromMs: number
  readonly untilMs: number
  readonly why: string
}

/** What to read, and how slowly. */
export interface Reading {
  readonly host: string
  readonly port: number
  readonly path: string
  readonly bytesPerSecond: number
  /** An answer without a byte for so long is lost: the network of a pod can go away without a word. */
  readonly silenceMs: number
}

/** `sha256 `, 64 hexadecimal digits and the end of the line. */
const lastLineBytes = 72

/**
 * Asks once on a raw connection and reads at the given rate, so that the rest waits in the kernels' buffers.
 * Never rejects.
 */
export function download({ host, port, path, bytesPerSecond, silenceMs }: Reading): Promise<Download> {
  const fromMs = Date.now()
  const startMs = performance.now()
  const received: Buffer[] = []
  let bytes = 0
  return new Promise((resolve) => {
    const socket = connect({ host, port })
    const end = (why: string): void => {
      clearTimeout(silence)
      socket.destroy()
      resolve({ ...judge(Buffer.concat(received), why), fromMs, untilMs: Date.now() })
    }
    const silence = setTimeout(() => end(`no byte for ${silenceMs} ms`), silenceMs)
    socket.on('data', (chunk: Buffer) => {
      silence.refresh()
      received.push(chunk)
      bytes += chunk.length
      const dueMs = startMs + (bytes * 1_000) / bytesPerSecond
      socket.pause()
      setTimeout(() => socket.resume(), Math.max(0, dueMs - performance.now()))
    })
    socket.on('end', () => end('the server ended the connection'))
    socket.on('error', ({ message }) => end(message))
    socket.write(`GET ${path} HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`)
  })
}

/** Compares what came with its length and its hash. */
function judge(answer: Buffer, why: string): Omit<Download, 'fromMs' | 'untilMs'> {
  const headEnd = answer.indexOf('\r\n\r\n')
  const head = answer.toString('latin1', 0, Math.max(0, headEnd))
  if (headEnd < 0) return { end: 'refused', pod: undefined, bodyBytes: 0, wantedBytes: undefined, why }
  const field = (name: string): string | undefined =>
    new RegExp(`^${name}: *(.*)$`, 'im').exec(head)?.[1]?.trim()
  const body = answer.subarray(headEnd + 4)
  const wantedBytes = Number(field('content-length') ?? Number.NaN)
  const facts = { pod: field('pod'), bodyBytes: body.length, wantedBytes }
  if (!head.startsWith('HTTP/1.1 200 ')) return { ...facts, end: 'cut', why: head.split('\r\n', 1)[0] ?? '' }
  if (body.length !== wantedBytes) return { ...facts, end: 'cut', why }
  const hash = createHash('sha256').update(body.subarray(0, -lastLineBytes)).digest('hex')
  const whole = body.subarray(-lastLineBytes).toString('latin1') === `sha256 ${hash}\n`
  return { ...facts, end: whole ? 'whole' : 'cut', why: whole ? '' : 'its hash is another' }
}

/**
 * Reads one answer after the other with so many clients, which begin one after the other, until the file is
 * there; then finishes those under way.
 */
export async function downloadUntil(
  file: string,
  clients: number,
  reading: Reading,
): Promise<readonly Download[]> {
  const downloads: Download[] = []
  const run = async (nth: number): Promise<void> => {
    await sleep(nth * 400)
    while (!existsSync(file)) {
      const done = await download(reading)
      downloads.push(done)
      // A server that refuses is asked again, and not in a tight loop.
      if (done.end === 'refused') await sleep(200)
    }
  }
  await Promise.all(Array.from({ length: clients }, (_, nth) => run(nth)))
  return downloads
}
