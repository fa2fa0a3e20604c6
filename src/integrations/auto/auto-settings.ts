import { describe } from '../../core/describe.ts'
import { LastcallError } from '../../core/errors.ts'
import type { Environment } from '../../core/option-rules.ts'

/** Settings from the environment that only `lastcall/auto` reads. */
export interface AutoSettings {
  /** `LASTCALL_AUTO_EVENT_STREAMS`: whether the drain ends event streams. true */
  readonly endsEventStreams: boolean
  /** `LASTCALL_AUTO_HANDLERS`: when the application's handlers run. `drained` */
  readonly handlers: 'signal' | 'drained'
}

const eventStreams = 'LASTCALL_AUTO_EVENT_STREAMS'
const handlers = 'LASTCALL_AUTO_HANDLERS'

/** @throws LastcallError `LASTCALL_INVALID_OPTIONS` with all problems at once */
export function readAutoSettings(env: Environment): AutoSettings {
  const problems: string[] = []
  const oneOf = <T extends string>(name: string, first: T, second: T): T => {
    const text = env[name] || first
    if (text !== first && text !== second)
      problems.push(`${name}: got ${describe(text)}, wanted ${first} or ${second}`)
    return text as T
  }
  const settings: AutoSettings = {
    endsEventStreams: oneOf(eventStreams, 'true', 'false') === 'true',
    handlers: oneOf(handlers, 'drained', 'signal'),
  }
  if (problems.length > 0) throw new LastcallError('LASTCALL_INVALID_OPTIONS', problems)
  return settings
}

/** The environment without these settings, which no lifecycle option reads. */
export function withoutAutoSettings(env: Environment): Environment {
  const { [eventStreams]: _streams, [handlers]: _handlers, ...rest } = env
  return rest
}
