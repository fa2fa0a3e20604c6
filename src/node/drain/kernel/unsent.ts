import { readFileSync } from 'node:fs'
import { open } from 'node:fs/promises'
import { parseUnsent, type UnsentConnection } from './tcp-table.ts'

/** The tables of this network namespace, which belongs to the pod. Any user may read them. */
const paths = ['/proc/net/tcp', '/proc/net/tcp6']

/**
 * First and longest time between two reads. Reading the tables of ten thousand connections takes tens of
 * milliseconds.
 */
const LOOK_MS = { first: 50, longest: 250 } as const

/** More than the kernel returns for one read. */
const PIECE_BYTES = 64 * 1024

/** Reads the kernel's tables. A missing table is empty. */
export interface TcpTables {
  /** Fast, but blocks the event loop. */
  read(): Promise<readonly string[]>
  /** Five times as slow, and does not block the event loop. */
  readInBackground(): Promise<readonly string[]>
  readNow(): readonly string[]
}

/**
 * Waits until the peers' kernels have received everything that a server has sent. Node considers a response
 * finished when the local kernel has it, and the kernel delivers it even after the connection is closed. But
 * a pod's network disappears with its last process, and everything in the send buffers is lost.
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

  /** Whether no connection on the ports has unacknowledged data now. */
  async isEmpty(): Promise<boolean> {
    return this.#ports.size === 0 || this.#parse(await this.#tables.readInBackground()).length === 0
  }

  /**
   * Resolves when everything that the server's closed connections have sent is acknowledged or given up.
   * Never rejects. Does not wait for connections that another process closes later on the same port.
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
   * Ends the wait and returns what the peers of closed connections have not received. Returns nothing if the
   * wait was already over.
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
 * Without /proc (macOS, Windows) only the client's own close proves delivery. The code that closes the
 * connection waits for it.
 */
export const kernelTables: TcpTables = {
  // The kernel returns 4 KB for one read. Using the thread pool for each of them takes five times as long
  // (50,000 lines, measured: 200 ms, and 40 ms without).
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
