import {
  isSupervisionMessage,
  type NewsMessage,
  type OrderMessage,
  readSupervision,
  type Supervision,
  supervisionVariables,
} from '../../core/supervision.ts'

/** What a generation hears. */
export interface ChannelListener {
  /** @param handle the socket that came with a `resume` */
  onOrder(order: OrderMessage, handle: unknown): void
  /** The supervisor has ended, or the channel is closed. */
  onGone(): void
}

/** The channel between a generation and its supervisor. */
export interface Channel {
  /** Nothing happens when the channel is closed. */
  send(news: NewsMessage): void
  listen(listener: ChannelListener): void
  /** Keeps the process alive until it is disposed of. By itself the channel does not. */
  hold(): Disposable
  warn(text: string): void
  /** Raises SIGTERM in this process. */
  terminate(): void
}

/** What children of this process must not take for theirs. */
const ofThisProcess = [
  supervisionVariables.sockets,
  supervisionVariables.pid,
  'LISTEN_FDS',
  'LISTEN_FDNAMES',
  'LISTEN_PID',
]

/**
 * Reads the environment of a generation, and takes out what belongs to this process alone. Call it once.
 * @returns null when this process is no generation
 */
export function openChannel(): { readonly supervision: Supervision; readonly channel: Channel } | null {
  const supervision = readSupervision(process.env, process)
  if (supervision === null || process.send === undefined) return null
  for (const name of ofThisProcess) Reflect.deleteProperty(process.env, name)
  return { supervision, channel: new ProcessChannel() }
}

class ProcessChannel implements Channel {
  #holds = 0

  send(news: NewsMessage): void {
    // With a callback a closed channel is no 'error' event.
    process.send?.(news, undefined, undefined, () => {})
  }

  listen({ onOrder, onGone }: ChannelListener): void {
    // Says that listeners do not keep the process alive (lib/internal/child_process.js, `Control`).
    process.channel?.unref()
    process.on('message', (message: unknown, handle: unknown) => {
      if (isSupervisionMessage(message)) onOrder(message as OrderMessage, handle)
    })
    process.on('disconnect', onGone)
    // It was closed before anybody listened.
    if (!process.connected) setImmediate(onGone)
  }

  hold(): Disposable {
    if (this.#holds++ === 0) process.channel?.ref()
    let isHeld = true
    return {
      [Symbol.dispose]: () => {
        if (!isHeld) return
        isHeld = false
        if (--this.#holds === 0) process.channel?.unref()
      },
    }
  }

  warn(text: string): void {
    process.emitWarning(text, { type: 'LastcallWarning' })
  }

  terminate(): void {
    process.kill(process.pid, 'SIGTERM')
  }
}
