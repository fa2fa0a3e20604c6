import { readFileSync } from 'node:fs'
import { open } from 'node:fs/promises'
import { parseUnsent, type UnsentConnection } from './tcp-table.ts'

/** The tables of this network namespace, which is the pod's. Any user may read them. */
const paths = ['/proc/net/tcp', '/proc/net/tcp6']

/**
 * First and longest time between two looks; the tables of ten thousand connections take tens of milliseconds
 * to read.
 */
const LOOK_MS = { first: 50, longest: 250 } as const

/** More than the kernel gives at a time. */
const PIECE_BYTES = 64 * 1024

/** Reads the kernel's tables; one that is not there is empty. */
export interface TcpTables {
  /** Soon, at the cost of the event loop. */
  read(): Promise<readonly string[]>
  /** Five times as slow, beside the event loop. */
  readInBackground(): Promise<readonly string[]>
  readNow(): readonly string[]
}

/**
 * Waits until the peers' kernels have all that a server has sent. A response is finished for Node when the
 * kernel has it, and the kernel goes on delivering it after the connection is closed. But in a pod the
 * network goes away with the last process, and what is in the send buffers then is lost.
 */
export class Unsent {
  readonly #ports: ReadonlySet<number>
  readonly #tables: TcpTables
  #isOver = false
  #wake: (() => void) | null = null

  /** @param ports local ports of the server; may grow until the wait begins */
  constructor(ports: ReadonlySet<number>, tables: TcpTables = kernelTables) {
    this.#ports = ports
    this.#tables = tables
  }

  /** Whether no connection on the ports has anything unacknowledged now. */
  async isEmpty(): Promise<boolean> {
    return this.#ports.size === 0 || this.#parse(await this.#tables.readInBackground()).length === 0
  }

  /**
   * Resolves when what the server's closed connections have sent is acknowledged, or was given up. Never
   * rejects. Connections that another process closes later on the same port are not waited for.
   */
  async acknowledged(): Promise<void> {
    let left = this.#isOver ? [] : orphansOf(await this.#look())
    for (let ms: number = LOOK_MS.first; left.length > 0 && !this.#isOver; ms *= 1.5) {
      await this.#pause(Math.min(ms, LOOK_MS.longest))
      const waited = new Set(left.map(({ key }) => key))
      left = this.#isOver ? [] : orphansOf(await this.#look()).filter(({ key }) => waited.has(key))
    }
    this.#isOver = true
  }

  /**
   * Ends the wait, and returns what the peers of closed connections have not got by now, unless that was over
   * already.
   */
  giveUp(): readonly UnsentConnection[] {
    if (this.#isOver) return []
    this.#end()
    return this.#ports.size === 0 ? [] : orphansOf(this.#parse(this.#tables.readNow()))
  }

  /** Ends the wait. */
  release(): void {
    this.#end()
  }

  #end(): void {
    this.#isOver = true
    this.#wake?.()
  }

  async #look(): Promise<readonly UnsentConnection[]> {
    return this.#ports.size === 0 ? [] : this.#parse(await this.#tables.read())
  }

  #parse(tables: readonly string[]): readonly UnsentConnection[] {
    return tables.flatMap((table) => parseUnsent(table, this.#ports))
  }

  #pause(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, ms)
      this.#wake = () => {
        clearTimeout(timer)
        resolve()
      }
    })
  }
}

function orphansOf(unsent: readonly UnsentConnection[]): readonly UnsentConnection[] {
  return unsent.filter(({ isOrphan }) => isOrphan)
}

/**
 * Where there is no /proc (macOS, Windows) the client's own close is the only evidence; it is waited for
 * where the connection is closed.
 */
export const kernelTables: TcpTables = {
  // The kernel gives 4 KB at a time. As many turns of the thread pool take five times as long as the reading
  // itself (50,000 lines, measured: 200 ms, and 40 ms without).
  read: async () => readTables(),
  readInBackground: () => Promise.all(paths.map(readByPieces)),
  readNow: readTables,
}

function readTables(): readonly string[] {
  return paths.map((path) => {
    try {
      return readFileSync(path, 'latin1')
    } catch {
      return ''
    }
  })
}

async function readByPieces(path: string): Promise<string> {
  const file = await open(path).catch(() => null)
  if (file === null) return ''
  const piece = Buffer.alloc(PIECE_BYTES)
  let text = ''
  try {
    for (;;) {
      const { bytesRead } = await file.read(piece)
      if (bytesRead === 0) return text
      text += piece.toString('latin1', 0, bytesRead)
    }
  } finally {
    await file.close()
  }
}
