import { laneNamed } from '../load/lanes/index.ts'
import { RACE_MS, type Sample, type SampleError } from '../load/sample.ts'

/**
 * Says in one sentence how a request failed. The sample alone does not tell which part of the rollout caused
 * it.
 */
export function explainFailure(sample: Sample): string {
  const { error } = sample
  if (!error) return 'did not fail'
  if (error.code.startsWith('HTTP_')) return `the application ${error.message}`
  if (error.code === 'WRONG_ECHO') return `the answer belongs to something else: ${error.message}`
  if (error.code === 'CLIENT_TIMEOUT') return explainTimeout(error)
  return laneNamed(sample.lane).explain?.(sample, error) ?? explainConnection(sample, error)
}

function explainConnection(sample: Sample, error: SampleError): string {
  if (error.stage === 'connect') return explainConnect(sample, error)
  if (error.stage === 'body') return `the answer broke off after ${sample.bytes} bytes`
  const sentMs = sample.endMs - (sample.connectMs ?? 0)
  if (sample.nthOnSocket > 1 && sentMs < RACE_MS) {
    const idle = `idle for ${Math.round(sample.idleMs ?? 0)} ms`
    return `request ${sample.nthOnSocket} on its connection, ${idle}: the server closed it as the request was on its way`
  }
  return sentMs < RACE_MS
    ? 'the connection was accepted and closed again without an answer'
    : `the connection was cut after ${Math.round(sentMs)} ms, before the answer began`
}

function explainTimeout(error: SampleError): string {
  const reached = {
    connect: 'the connection was not established',
    send: 'the request could not be written',
    wait: 'no answer began',
    body: 'the answer did not end',
  } as const
  return `${reached[error.stage]} in time: ${error.message}`
}

function explainConnect(sample: Sample, error: SampleError): string {
  if (error.code === 'ECONNREFUSED') {
    return sample.target === undefined && sample.remotePort === undefined
      ? 'no endpoint was ready'
      : 'no server listened on that port, not yet or no longer'
  }
  if (error.code === 'ECONNRESET') return 'the connection waited to be accepted when the listener was closed'
  return `the connection could not be established: ${error.message}`
}
