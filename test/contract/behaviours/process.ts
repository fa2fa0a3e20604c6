import assert from 'node:assert/strict'
import type { Behaviour } from './behaviour.ts'

export const probes: Behaviour = {
  title:
    'trap 37, 38, 41: liveness is green and readiness red from the signal to the end, whatever the query',
  async run(part) {
    const ask = async (): Promise<readonly number[]> =>
      Promise.all(
        ['/livez', '/readyz', '/readyz?verbose'].map(async (path) => (await part.program.probe(path)).status),
      )
    assert.deepEqual(await ask(), [200, 200, 200])
    await part.begun()
    assert.deepEqual(await ask(), [200, 503, 503])
    await part.draining()
    assert.deepEqual(await ask(), [200, 503, 503])
  },
}

export const doubledSignal: Behaviour = {
  title: 'trap 28: a signal that comes twice at once, as Ctrl-C through npm does, force-closes nothing',
  async run(part) {
    await part.begun()
    part.program.signal('SIGINT')
    await part.draining()
    const { code, report } = await part.ended()
    assert.deepEqual([code, report.reason], [0, 'SIGTERM'])
  },
}

export const stopHook: Behaviour = {
  title: 'trap 45: what requests need is closed behind the last response, and closed it is',
  async run(part) {
    await part.begun()
    await part.draining()
    assert.doesNotMatch(part.program.child.stdout, /database closed/)
    const { report } = await part.ended()
    assert.match(part.program.child.stdout, /^database closed$/m)
    assert.deepEqual(
      report.hooks.map(({ outcome }) => outcome),
      report.hooks.map(() => 'finished'),
    )
    const events = report.events.map(({ event }) => event)
    assert.deepEqual(events.slice(-2), ['connectionsDrained', 'hooksFinished'])
  },
}

export const cleanEnd: Behaviour = {
  title: 'trap 33: the exit code is 0, and the termination message says that nothing was force-closed',
  async run(part) {
    await part.begun()
    const { code, signal, report } = await part.ended()
    assert.deepEqual([code, signal], [0, null])
    assert.deepEqual([report.clean, report.exitCode, report.forcedCloses.total], [true, 0, 0])
  },
}
