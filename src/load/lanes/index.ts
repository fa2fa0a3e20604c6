import type { LaneDefinition } from '../lane-definition.ts'
import type { LaneName } from '../sample.ts'
import { http2 } from './http2/http2.ts'
import { jobs } from './jobs/jobs.ts'
import { keepAlive } from './keep-alive/keep-alive.ts'
import { newConnections } from './new-connections/new-connections.ts'
import { slow } from './slow/slow.ts'
import { slowReader } from './slow-reader/slow-reader.ts'
import { sse } from './sse/sse.ts'
import { stream } from './stream/stream.ts'
import { thinkTime } from './think-time/think-time.ts'
import { websocket } from './websocket/websocket.ts'

/** Every lane, in the order of reports. To add a lane, write its folder and add it here. */
export const lanes: readonly LaneDefinition[] = [
  newConnections,
  keepAlive,
  thinkTime,
  slow,
  stream,
  slowReader,
  websocket,
  sse,
  http2,
  jobs,
]

/** The names of all lanes, in the order of reports. */
export const laneNames: readonly LaneName[] = lanes.map(({ name }) => name)

/** The lanes that run by default. */
export const defaultLaneNames: readonly LaneName[] = lanes
  .filter(({ unasked }) => unasked)
  .map(({ name }) => name)

/**
 * The lane with this name.
 * @throws Error for an unknown name
 */
export function laneNamed(name: LaneName): LaneDefinition {
  const lane = lanes.find((one) => one.name === name)
  if (lane) return lane
  throw new Error(`Find a lane: there is no lane '${name}', there are ${laneNames.join(', ')}`)
}

/** The lanes that send to the pods. They need a port. */
export const podLaneNames: readonly LaneName[] = lanes
  .filter(({ passesPodsBy }) => passesPodsBy !== true)
  .map(({ name }) => name)

/** Whether any of these lanes sends to the pods. */
export function sendsToPods(names: readonly LaneName[]): boolean {
  return names.some((name) => podLaneNames.includes(name))
}
