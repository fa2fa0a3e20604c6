import { fstatSync } from 'node:fs'
import type { Server } from 'node:net'
import { describeSocket } from '../../core/inherited-sockets.ts'
import { LastcallError } from '../../core/errors.ts'
import type { OrderMessage, SupervisedSocket, Supervision } from '../../core/supervision.ts'
import { type Channel, openChannel } from './channel.ts'
import { InheritedListener, type Wishes } from './inherited-listener.ts'
import { type Member, Members } from './members.ts'
import type { ListenerHandle } from './stand-in-handle.ts'

/** Shared by name, not by import: `lastcall/auto` may come from another copy of the package. */
const key = Symbol.for('lastcall.supervised')

/** How long a server waits without any lifecycle before a person should know. */
const NOTICE_AFTER_MS = 5_000

/**
 * The supervised side of this process: one object, whichever copy of the package asks first.
 * @returns null when this process is no generation of `lastcall run`
 */
export function supervised(): Supervised | null {
  const shared = globalThis as { [key]?: Supervised | null }
  if (shared[key] === undefined) {
    const opened = openChannel()
    shared[key] = opened && new Supervised(opened.supervision, opened.channel)
  }
  return shared[key]
}

/** This process as a generation: its sockets, its lifecycles, and what its supervisor orders. */
export class Supervised {
  readonly #channel: Channel
  readonly #listeners: ReadonlyMap<string, InheritedListener>
  readonly #members: Members
  readonly #onTaken = new Set<(server: Server) => void>()
  #accepts = false

  constructor({ sockets }: Supervision, channel: Channel) {
    this.#channel = channel
    this.#listeners = new Map(sockets.map((socket) => [socket.name, new InheritedListener(socket, channel)]))
    this.#members = new Members((news) => channel.send(news))
    channel.listen({
      onOrder: (order, handle) => this.#obey(order, handle),
      onGone: () => this.#end('the supervisor is gone', 0),
    })
  }

  /** The sockets of the supervisor. */
  get sockets(): readonly SupervisedSocket[] {
    return [...this.#listeners.values()].map(({ socket }) => socket)
  }

  /** Whether any server has taken an inherited socket. */
  get isTaken(): boolean {
    return [...this.#listeners.values()].some(({ isFree }) => !isFree)
  }

  /** Whether a server can take this socket. */
  isFree(name: string): boolean {
    return this.#listeners.get(name)?.isFree === true
  }

  /**
   * Lets a server wait that does not listen yet. For the application it listens from now on. It accepts on
   * the inherited socket when the supervisor says so.
   * @throws LastcallError `LASTCALL_LISTEN`
   */
  take(name: string, server: Server, wishes: Wishes): void {
    const inherited = this.#usable(name)
    inherited.take(server, wishes)
    for (const listener of this.#onTaken) listener(server)
    if (this.#accepts) inherited.accept()
    else if (this.#members.isEmpty) this.#noticeLater(name)
  }

  /** Calls back whenever a server has taken a socket. */
  onTaken(listener: (server: Server) => void): void {
    this.#onTaken.add(listener)
  }

  /** A lifecycle has started: it is asked and told from now on, and tells whether it is ready. */
  join(lifecycle: object, member: Member): void {
    this.#members.join(lifecycle, member)
  }

  /** @param problem why the lifecycle is not ready; null when it is */
  note(lifecycle: object, problem: string | null): void {
    this.#members.note(lifecycle, problem)
  }

  /** A lifecycle shuts down, and the supervisor has not ordered it. */
  noteShutdown(lifecycle: object, reason: string): void {
    this.#members.noteShutdown(lifecycle, reason)
  }

  /** A lifecycle has stopped, or leaves its servers to another one. */
  leave(lifecycle: object): void {
    this.#members.leave(lifecycle)
  }

  /** Tells that a lifecycle has a hook for this signal, so that the supervisor waits for it. */
  announceHook(signal: string, when: 'before' | 'after'): void {
    this.#channel.send({ lastcall: 'hooked', signal, when })
  }

  #obey(order: OrderMessage, handle: unknown): void {
    switch (order.lastcall) {
      case 'accept':
        return this.#accept()
      case 'pause':
        return this.#pause()
      case 'resume':
        return this.#resume(order.socket, handle as ListenerHandle | undefined)
      case 'drain':
        return this.#end(order.reason, order.delayMs)
      case 'ask':
        return void this.#answer(order.question)
      case 'signal':
        return void this.#runHooks(order.signal, order.when)
    }
  }

  #accept(): void {
    this.#accepts = true
    for (const listener of this.#listeners.values()) listener.accept()
    // A server that failed has its 'error' event, and the supervisor's patience ends by itself.
    if (this.#none(({ isBehind }) => isBehind)) this.#channel.send({ lastcall: 'accepting' })
  }

  #pause(): void {
    this.#accepts = false
    for (const listener of this.#listeners.values()) listener.pause()
    this.#channel.send({ lastcall: 'paused' })
  }

  #resume(name: string, handle: ListenerHandle | undefined): void {
    const listener = this.#listeners.get(name)
    if (listener) listener.resume(handle)
    else handle?.close()
    if (!this.#accepts && this.#none(({ isPaused }) => isPaused)) this.#accept()
  }

  #none(is: (listener: InheritedListener) => boolean): boolean {
    return ![...this.#listeners.values()].some(is)
  }

  /** Without a lifecycle nothing else could end the process for its successor. */
  #end(reason: string, delayMs: number): void {
    if (this.#members.isEmpty) return this.#channel.terminate()
    this.#members.drain(reason, delayMs)
  }

  async #answer(question: number): Promise<void> {
    const facts = await this.#members.facts()
    if (facts) this.#channel.send({ lastcall: 'facts', question, facts })
  }

  async #runHooks(signal: string, when: 'before' | 'after'): Promise<void> {
    await this.#members.runHooks(signal, when)
    this.#channel.send({ lastcall: 'signalled', signal, when })
  }

  #usable(name: string): InheritedListener {
    const listener = this.#listeners.get(name)
    if (!listener) {
      const known = this.sockets.map(describeSocket).join(', ') || 'none'
      throw new LastcallError('LASTCALL_LISTEN', [
        `lastcall run holds no socket '${name}', only: ${known}; ` +
          `add --listen ${name}=0.0.0.0:8080, with its address`,
      ])
    }
    const { socket } = listener
    if (listener.isClosed || (listener.isFree && 'fd' in socket && !isSocket(socket.fd))) {
      const what = 'fd' in socket ? `descriptor ${socket.fd} of the socket` : 'the socket'
      throw new LastcallError('LASTCALL_LISTEN', [
        `${what} '${name}' is closed: by this program, or by one that started it; ` +
          'a generation can listen on a socket only once',
      ])
    }
    if (!listener.isFree) {
      throw new LastcallError('LASTCALL_LISTEN', [
        `another server of this process has the socket '${name}'; ` +
          'add a --listen with another name for this one',
      ])
    }
    return listener
  }

  #noticeLater(name: string): void {
    setTimeout(() => {
      if (!this.#members.isEmpty || this.#accepts) return
      this.#channel.warn(
        `a server has waited ${NOTICE_AFTER_MS / 1_000} s to accept on the socket '${name}', ` +
          'but no lifecycle has started, so this process never becomes ready: ' +
          'call createLifecycle() and start()',
      )
    }, NOTICE_AFTER_MS).unref()
  }
}

function isSocket(fd: number): boolean {
  try {
    return fstatSync(fd).isSocket()
  } catch {
    return false
  }
}
