import type { ChildProcess } from 'node:child_process'

type Read = (this: unknown, ...args: readonly unknown[]) => unknown

/**
 * Catches what is no JSON on the channel of a child: Node would throw it where nobody can catch it, and the
 * supervisor would end. Any program can write there, if only by mistake for a descriptor of its own.
 * @param onBroken called for each such read
 */
export function guardChannel(child: ChildProcess, onBroken: () => void): void {
  const channel = handleOf(child)
  if (!channel) return
  // From lib/internal/child_process.js, `setupChannel`: events are emitted later, outside of this call.
  const read = channel.onread
  channel.onread = function (...args) {
    try {
      return Reflect.apply(read, this, args)
    } catch {
      return onBroken()
    }
  }
}

function handleOf(child: ChildProcess): { onread: Read } | undefined {
  const key = Object.getOwnPropertySymbols(child).find(({ description }) => description === 'kChannelHandle')
  return key && (child as unknown as Readonly<Record<symbol, { onread: Read } | undefined>>)[key]
}
