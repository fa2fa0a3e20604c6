/** Sends requests as fast as they are answered: some connections, one request at a time on each. */
import { answerQuestions } from '../answers.ts'
import type { Round, RoundOrder, Wire } from '../protocol.ts'
import { openHttp2Lane } from './http2-lane.ts'
import type { Lane, OpenLane } from './lane.ts'
import { openPlainLane, openSecureLane } from './socket-lane.ts'

const openers: Readonly<Record<Wire, OpenLane>> = {
  http: openPlainLane,
  https: openSecureLane,
  http2: openHttp2Lane,
}

/** The connections that all rounds against a server share. */
const lanesByPort = new Map<number, Promise<readonly Lane[]>>()

answerQuestions({ round: runRound })

async function runRound({ port, wire, connections, ms }: RoundOrder): Promise<Round> {
  const known = lanesByPort.get(port) ?? openLanes(port, wire, connections)
  lanesByPort.set(port, known)
  const lanes = await known
  const began = performance.now()
  const counts = await Promise.all(lanes.map((lane) => lane.run(began + ms)))
  return { requests: counts.reduce((sum, count) => sum + count, 0), ms: performance.now() - began }
}

function openLanes(port: number, wire: Wire, connections: number): Promise<readonly Lane[]> {
  const forget = (): void => void lanesByPort.delete(port)
  return Promise.all(Array.from({ length: connections }, () => openers[wire](port, forget)))
}
