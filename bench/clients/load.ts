/** Sends requests as fast as they are answered: some keep-alive connections, one request at a time on each, as little work per answer as possible. */
import { connect, type Socket } from 'node:net'
import { answerQuestions } from '../answers.ts'
import type { Round, RoundOrder } from '../protocol.ts'
import { requestOnce, requestText } from './raw-request.ts'

const request = Buffer.from(requestText('/'))
// One buffer for all: what is read is only counted.
const scratch = Buffer.alloc(65_536)

answerQuestions({ round: runRound })

async function runRound({ port, connections, ms }: RoundOrder): Promise<Round> {
  // All answers are alike, Date included, so counting bytes is enough to know where one ends.
  const first = await requestOnce(port, '/')
  first.socket.destroy()
  const lanes = await Promise.all(Array.from({ length: connections }, () => openLane(port)))
  const began = performance.now()
  const counts = await Promise.all(lanes.map((lane) => runLane(lane, first.bytes, began + ms)))
  const took = performance.now() - began
  for (const { socket } of lanes) socket.destroy()
  return { requests: counts.reduce((sum, count) => sum + count, 0), ms: took }
}

interface Lane {
  readonly socket: Socket
  onBytes: (count: number) => void
}

function openLane(port: number): Promise<Lane> {
  return new Promise((resolve, reject) => {
    const lane: Lane = {
      onBytes: () => {},
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
    lane.socket.once('error', reject)
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
    lane.socket.on('error', reject)
    lane.socket.on('close', () => reject(new Error('the server closed a connection under load')))
    lane.socket.write(request)
  })
}
