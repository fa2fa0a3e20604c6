import type { LeftOutLane } from './load-record.ts'
import type { LaneName, PickTarget } from './sample.ts'

/** The shape of the load. */
export interface LoadOptions {
  readonly lanes: readonly LaneName[]
  /** Requests per second of each paced lane (new connections, keep-alive, WebSocket, HTTP/2). */
  readonly ratePerSecond: number
  /**
   * How long one request may take before it is given up as failed; the lanes slow and stream get `slowMs`
   * more.
   */
  readonly timeoutMs: number
  /** How long the slow route and a stream are asked to take. */
  readonly slowMs: number
  /**
   * How long a server goes on serving after its signal (the shutdown delay), in milliseconds. A client that
   * says nothing for longer cannot be told to leave its connection; what such a request loses to the close is
   * counted apart.
   */
  readonly idleLimitMs: number
  readonly getPath: string
  readonly postPath: string
  /** `{ms}` is replaced by `slowMs`. */
  readonly slowPath: string
  /** `{chunks}` is replaced by `slowMs` in chunks of {@link STREAM_CHUNK_MS}. */
  readonly streamPath: string
  /** Where a WebSocket is opened, whose messages come back as they are. */
  readonly websocketPath: string
  /** Where server-sent events are, whose ids are numbers without gaps and go on after `Last-Event-ID`. */
  readonly eventsPath: string
  /** Whether answers to POST have to carry the id that was sent. */
  readonly checkEcho: boolean
  readonly hostHeader: string
}

/** What {@link startLoad} needs besides the shape. */
export interface LoadPorts {
  readonly pickTarget: PickTarget
  /** Lanes that were asked for and cannot run, for the document. None */
  readonly leftOut?: readonly LeftOutLane[]
}

/** The same load without the lanes that cannot run. */
export function withoutLanes(options: LoadOptions, leftOut: readonly LeftOutLane[]): LoadOptions {
  const gone = leftOut.map(({ lane }) => lane)
  return { ...options, lanes: options.lanes.filter((lane) => !gone.includes(lane)) }
}

/** The contract of the application under load, and a load that two cores can send and answer. */
export const defaultLoad: Omit<LoadOptions, 'lanes' | 'ratePerSecond'> = {
  timeoutMs: 15_000,
  slowMs: 4_000,
  // The shutdown delay of the chart's defaults.
  idleLimitMs: 2_000,
  getPath: '/',
  postPath: '/echo',
  slowPath: '/slow?ms={ms}',
  streamPath: '/stream?chunks={chunks}',
  websocketPath: '/ws',
  eventsPath: '/events',
  checkEcho: true,
  hostHeader: 'localhost',
}

/**
 * Virtual clients of the lanes that have some. Few: each keeps a connection, and three per pod are enough to
 * have one idle at any moment.
 */
export const KEEP_ALIVE_CLIENTS = 8
export const THINK_TIME_CLIENTS = 12
/** Further clients of the lane think-time, whose pauses are all longer than `idleLimitMs`. */
export const LONG_PAUSE_CLIENTS = 4
export const SLOW_CLIENTS = 6
export const STREAM_CLIENTS = 6
export const HTTP2_CLIENTS = 8
export const WEBSOCKET_CLIENTS = 8
export const SSE_CLIENTS = 6

/** What the contract says about the pace of a stream. */
export const STREAM_CHUNK_MS = 50

/** The slow route for a duration in milliseconds. */
export function slowPathFor(options: LoadOptions, ms: number): string {
  return options.slowPath.replaceAll('{ms}', String(ms))
}

/** The route of a stream that takes so many milliseconds. */
export function streamPathFor(options: LoadOptions, ms: number): string {
  return options.streamPath.replaceAll('{chunks}', String(Math.ceil(ms / STREAM_CHUNK_MS)))
}
