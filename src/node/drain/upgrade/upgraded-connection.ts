import type { IncomingMessage } from 'node:http'
import type { Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import { FramePosition } from './frame-position.ts'
import { followOutput, type OutputFollower, unfollowOutput } from './outgoing.ts'
import { now } from '../moments.ts'
import { UpgradeAnswerReader } from './upgrade-answer.ts'
import { OPEN, wsStateOf } from './ws-state.ts'
import { awaitCloseAnswer, closeWebSocket } from './websocket.ts'

/** Learns what becomes of an upgrade. */
export interface UpgradeListener {
  /** The connection speaks another protocol from now on. */
  onSwitched(connection: UpgradedConnection): void
  /** An ordinary response is being written. */
  onRefused(connection: UpgradedConnection): void
}

/** What is known about an upgrade when its request has arrived. */
export interface UpgradeFacts {
  readonly socket: Socket
  /** The stream that the application got. Node 26 wraps the socket while the request's body is incomplete. */
  readonly stream: Duplex
  /** Method and path. */
  readonly label: string
  /**
   * Null unless the application needs it: it keeps all headers of the handshake in memory as long as the
   * connection is open.
   */
  readonly request: IncomingMessage | null
  readonly asksForWebSocket: boolean
}

/**
 * A connection whose client has asked for another protocol. It is a request until its response is written,
 * and then a WebSocket, another upgrade or a tunnel. Only the bytes that the application writes tell which
 * one, so this follows them.
 */
export class UpgradedConnection implements OutputFollower {
  readonly socket: Socket
  readonly stream: Duplex
  readonly label: string
  readonly request: IncomingMessage | null
  /** When the request came; after the response, when that was written. */
  since: number = now()
  /** An ordinary response is being written, or is complete. */
  isRefused = false
  readonly #asksForWebSocket: boolean
  #answer: UpgradeAnswerReader | null = null
  #listener: UpgradeListener | null = null
  /** Null unless this is a WebSocket whose frames were followed from the first one on. */
  #frames: FramePosition | null = null
  #isLeaving = false
  /** Whether the output was followed from the response on. */
  #isSeen = false

  constructor({ socket, stream, label, request, asksForWebSocket }: UpgradeFacts) {
    this.socket = socket
    this.stream = stream
    this.label = label
    this.request = request
    this.#asksForWebSocket = asksForWebSocket
  }

  /** Waits for the response, which is the next thing that is written. */
  awaitAnswer(isTunnel: boolean, listener: UpgradeListener): void {
    this.#answer = new UpgradeAnswerReader(isTunnel)
    this.#listener = listener
    this.#isSeen = true
    followOutput(this.socket, this)
  }

  /** Removes every trace from the socket. */
  release(): void {
    unfollowOutput(this.socket)
  }

  /**
   * Sends a WebSocket's close frame 1001 as soon as no other frame is in progress. Without knowledge of the
   * frames it does nothing: a close frame inside another frame would garble a message.
   */
  leave(): void {
    if (!this.#isSeen) return this.#leaveUnseen()
    if (this.#frames === null) return
    this.#isLeaving = true
    if (this.#frames.isBetweenFrames) this.stop()
  }

  pass(bytes: Uint8Array): number | null {
    if (this.#frames === null) return this.#passAnswer(bytes)
    return this.#passFrames(this.#frames, bytes, 0)
  }

  stop(): void {
    if (this.#frames?.isClosed) awaitCloseAnswer(this.socket)
    else closeWebSocket(this.socket)
  }

  /** `ws` writes each message in one go, so no frame is in progress between two turns of the event loop. */
  #leaveUnseen(): void {
    const state = wsStateOf(this.socket)
    if (state === OPEN) closeWebSocket(this.socket)
    else if (state !== null) awaitCloseAnswer(this.socket)
  }

  #passFrames(frames: FramePosition, bytes: Uint8Array, from: number): number | null {
    frames.pass(bytes, from)
    if (frames.isLost) this.#unfollow()
    return this.#isLeaving && !frames.isLost && frames.boundary >= 0 ? frames.boundary : null
  }

  #passAnswer(bytes: Uint8Array): null {
    const answer = this.#answer?.pass(bytes)
    if (!answer || answer.kind === 'none') return null
    const listener = this.#listener
    this.#answer = null
    this.#listener = null
    const isWebSocket =
      answer.kind === 'switched' &&
      (answer.protocol === null ? this.#asksForWebSocket : answer.protocol === 'websocket')
    if (isWebSocket) {
      this.#frames = new FramePosition()
      this.#passFrames(this.#frames, bytes, answer.behind)
    } else this.#unfollow()
    this.isRefused = answer.kind === 'refused'
    if (this.isRefused) listener?.onRefused(this)
    else {
      this.since = now()
      listener?.onSwitched(this)
    }
    return null
  }

  #unfollow(): void {
    this.#frames = null
    unfollowOutput(this.socket)
  }
}
