import type { State } from '../machine/state.ts'
import type { Notifier } from './notifier.ts'

const restarting = ['checking', 'replacing', 'soaking']

/** Tells systemd what a change means to it. The main process never changes, so MAINPID is never sent. */
export function notifyOfChange(notifier: Notifier, state: State, before: State): void {
  if (state.name === before.name) return
  const wasRestarting = restarting.includes(before.name)
  switch (state.name) {
    case 'serving':
      return notifier.ready(describe(state))
    case 'stopping':
      return notifier.stopping('draining')
    case 'waiting':
      // A reload is over, whatever came of it.
      if (wasRestarting) notifier.ready(describe(state))
      return notifier.status(
        `nobody serves; crashes in a row: ${state.crashes}; the next generation starts soon`,
      )
    default:
      if (restarting.includes(state.name) && !wasRestarting) notifier.reloading('restarting in place')
  }
}

function describe({ current, lastFailure }: State): string {
  const failure = lastFailure === null ? '' : `; last failure: ${lastFailure.detail}`
  return current === null ? `nobody serves${failure}` : `generation ${current} serves${failure}`
}
