/** A clock that the machine asks for; when it runs out, the event of the same meaning is dispatched. */
export type TimerName = 'readinessFail' | 'shutdownDelay' | 'deadlineNotice' | 'drain' | 'hooks'

/** What the machine asks its interpreter to do. The order in a list is the order of execution. */
export type Effect =
  | { readonly type: 'startTimer'; readonly timer: TimerName; readonly ms: number }
  | { readonly type: 'stopTimer'; readonly timer: TimerName }
  /** From now on every HTTP/1 response says `Connection: close`, and workers take no work. */
  | { readonly type: 'announceClose' }
  /**
   * Empty the accept queue, close the listeners, finish what is in flight; answer with `connectionsDrained`.
   */
  | { readonly type: 'drainConnections' }
  /** Tell work that the drain timeout is nearly up. */
  | { readonly type: 'announceDeadline' }
  /** Destroy what is left and count it. */
  | { readonly type: 'forceCloseConnections' }
  /** Run the stop hooks; answer with `hooksFinished`. */
  | { readonly type: 'runHooks'; readonly ms: number }
  /** Write the report, close the probe server, end the process with this code where that is wanted. */
  | { readonly type: 'finish'; readonly exitCode: number }
