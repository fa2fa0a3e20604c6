import { ChildProcess } from 'node:child_process'
import { Worker } from 'node:cluster'

/** Ids of real cluster workers count up from 1. These must not collide with them. */
const FIRST_ID = 1_000_000

let count = 0

// @types/node declares no constructor options; Node documents none, and has had these since 0.12
//   (lib/internal/cluster/worker.js).
const WorkerWithOptions = Worker as unknown as new (options: {
  id: number
  process: ChildProcess
  state: string
}) => Worker

/**
 * A worker without a process: the result of `cluster.fork()` during a shutdown. If it emitted 'exit' by
 * itself, every supervisor would fork another one at once, in a loop. So it emits 'exit' only when it is told
 * to end. It is dead from the start, because pm2 does not stop before its workers have left the state of a
 * new one.
 */
export function standInWorker(): Worker {
  const child = new StandInProcess()
  const worker = new WorkerWithOptions({ id: FIRST_ID + count++, process: child, state: 'dead' })
  child.once('exit', (code: number | null, signal: NodeJS.Signals | null) => {
    worker.emit('disconnect')
    worker.emit('exit', code, signal)
  })
  const end = (signal = 'SIGTERM'): void => {
    worker.exitedAfterDisconnect = true
    child.kill(signal as NodeJS.Signals)
  }
  return Object.assign(worker, { kill: end, destroy: end, disconnect: () => (end(), worker) })
}

type SendCallback = (error: Error | null) => void

class StandInProcess extends ChildProcess {
  override kill(signal: NodeJS.Signals | number = 'SIGTERM'): boolean {
    if (signal === 0 || this.signalCode !== null) return false
    const signalCode = typeof signal === 'string' ? signal : 'SIGTERM'
    Object.assign(this, { killed: true, signalCode })
    setImmediate(() => this.emit('exit', null, signalCode))
    return true
  }

  /** Fails as for an ended process, but without an 'error' event: the sender could not have known. */
  override send(...args: readonly unknown[]): boolean {
    const callback = args.find((arg): arg is SendCallback => typeof arg === 'function')
    const error = Object.assign(new Error('The process is shutting down: no new worker was forked'), {
      code: 'ERR_IPC_CHANNEL_CLOSED',
    })
    if (callback) process.nextTick(callback, error)
    return false
  }

  override disconnect(): void {}
}
