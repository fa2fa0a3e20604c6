/** A timer that the machine asks for. When it runs out, the event with the same meaning is dispatched. */
export type TimerName = 'readinessFail' | 'shutdownDelay' | 'deadlineNotice' | 'drain' | 'hooks'

/** What the machine asks its interpreter to do. The order in a list is the order of execution. */
export type Effect =
  | { readonly type: 'startTimer'; readonly timer: TimerName; readonly ms: number }
  | { readonly type: 'stopTimer'; readonly timer: TimerName }
  /** From now on every HTTP/1 response says `Connection: close`, and workers take no work. */
  | { readonly type: 'announceClose' }
  /**
   * Empty the accept queue, close the listeners and finish what is in flight; then dispatch
   * `connectionsDrained`.
   */
  | { readonly type: 'drainConnections' }
  /** Tell work that the drain timeout is nearly up. */
  | { readonly type: 'announceDeadline' }
  /** Destroy and count everything that is left. */
  | { readonly type: 'forceCloseConnections' }
  /** Run the stop hooks; then dispatch `hooksFinished`. */
  | { readonly type: 'runHooks'; readonly ms: number }
  /** Write the report, close the probe server, and end the process with this code if options ask for that. */
  | { readonly type: 'finish'; readonly exitCode: number }
