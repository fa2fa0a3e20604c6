/** Sends requests as fast as they are answered: some keep-alive connections, one request at a time on each, as little work per answer as possible. */
import { connect, type Socket } from 'node:net'
import { answerQuestions } from '../answers.ts'
import type { Round, RoundOrder } from '../protocol.ts'
import { requestOnce, requestText } from './raw-request.ts'

const request = Buffer.from(requestText('/'))
// One buffer for all: what is read is only counted.
const scratch = Buffer.alloc(65_536)

const lanesByPort = new Map<number, Promise<Lanes>>()

answerQuestions({ round: runRound })

async function runRound({ port, connections, ms }: RoundOrder): Promise<Round> {
  const known = lanesByPort.get(port) ?? openLanes(port, connections)
  lanesByPort.set(port, known)
  const { lanes, size } = await known
  const began = performance.now()
  const counts = await Promise.all(lanes.map((lane) => runLane(lane, size, began + ms)))
  return { requests: counts.reduce((sum, count) => sum + count, 0), ms: performance.now() - began }
}

interface Lanes {
  readonly lanes: readonly Lane[]
  /** Bytes of an answer. All are alike, Date included, so counting bytes is enough to know where one ends. */
  readonly size: number
}

/** Opens the connections that all rounds against a server share. */
async function openLanes(port: number, connections: number): Promise<Lanes> {
  const first = await requestOnce(port, '/')
  first.socket.destroy()
  return {
    lanes: await Promise.all(Array.from({ length: connections }, () => openLane(port))),
    size: first.bytes,
  }
}

interface Lane {
  readonly socket: Socket
  onBytes: (count: number) => void
  onClose: () => void
}

function openLane(port: number): Promise<Lane> {
  return new Promise((resolve, reject) => {
    const lane: Lane = {
      onBytes: () => {},
      onClose: () => {},
      socket: connect({
        port,
        host: '127.0.0.1',
        noDelay: true,
        onread: {
          buffer: scratch,
          callback: (count) => {
            lane.onBytes(count)
            return true
          },
        },
      }),
    }
    lane.socket.once('connect', () => resolve(lane))
    // Between rounds it is the end of the server, which is as it should be; in a round it fails the round.
    lane.socket.on('error', reject)
    lane.socket.on('close', () => {
      lanesByPort.delete(port)
      lane.onClose()
    })
  })
}

/** Asks again and again until the time is over. Resolves to the number of answers, the last one complete. */
function runLane(lane: Lane, size: number, until: number): Promise<number> {
  return new Promise((resolve, reject) => {
    let count = 0
    let missing = size
    lane.onBytes = (bytes) => {
      missing -= bytes
      if (missing > 0) return
      if (missing < 0) return reject(new Error(`an answer was ${-missing} bytes longer than the first`))
      count++
      missing = size
      if (performance.now() >= until) resolve(count)
      else lane.socket.write(request)
    }
    lane.onClose = () => reject(new Error('the server closed a connection under load'))
    lane.socket.write(request)
  })
}
