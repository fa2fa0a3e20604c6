import { describeSum } from '../../core/budget.ts'
import { LastcallError } from '../../core/errors.ts'
import type { Logger } from '../../core/logger.ts'
import type { ResolvedOptions } from '../../core/options.ts'
import { isShuttingDown, type StateName } from '../../core/state.ts'
import { describeDeafParent } from '../host/ancestors.ts'
import type { Host } from '../host/host.ts'

/** @throws LastcallError `LASTCALL_ALREADY_STARTED`, `LASTCALL_ALREADY_SHUT_DOWN` */
export function refuseStart(state: StateName, started: boolean): void {
  if (isShuttingDown(state)) {
    throw new LastcallError('LASTCALL_ALREADY_SHUT_DOWN', [
      `it is ${state}; make a new one with createLifecycle()`,
    ])
  }
  if (started) throw new LastcallError('LASTCALL_ALREADY_STARTED', ['call it once, after the last serve()'])
}

/** Logs how long a shutdown can take, and what may prevent it. */
export function announceStart(options: ResolvedOptions, host: Host, logger: Logger): void {
  const { preStopMs, shutdownDelayMs, drainTimeoutMs, hooksTimeoutMs, gracePeriodMs } = options
  logger.info(
    { preStopMs, shutdownDelayMs, drainTimeoutMs, hooksTimeoutMs, gracePeriodMs },
    `lastcall: started; a shutdown takes at most ${describeSum(options)}`,
  )
  const deafParent = describeDeafParent(host.process.ancestors?.() ?? [])
  if (deafParent !== null) logger.warn({}, deafParent)
}
