/** Meaning of an exit code for each command, for the help and the reference. */
export interface ExitCode {
  readonly code: string
  readonly rehearse: string
  readonly rollout: string
  readonly load: string
  readonly 'kube patch': string
  readonly 'kube check': string
  readonly run: string
  /** Of restart, status, stop and hammer. */
  readonly control: string
}

/** For a code that a command never uses. */
export const NEVER = '-'

/** Every exit code. */
export const exitCodes: readonly ExitCode[] = [
  {
    code: '0',
    rehearse:
      'PASS: nothing failed (or no more than --budget allows), and an outage of 100 ms would have been detected',
    rollout:
      'PASS: nothing failed (or no more than --budget allows), and an outage of 100 ms would have been detected',
    load: 'PASS: no request failed, and the load generator did its work',
    'kube patch': 'Patched, or there was nothing to change',
    'kube check': 'Nothing was found that loses requests',
    run: 'Stopped, and the process that had served ended with 0',
    control: 'Done; restart: the next process serves',
  },
  {
    code: '1',
    rehearse:
      'FAIL: a request failed beyond --budget, a pod did not end with 0 in its time, or the rollout got stuck',
    rollout:
      'FAIL: a request failed beyond --budget, a pod did not end with 0 in its time, or the rollout got stuck',
    load: 'FAIL: a request failed',
    'kube patch': NEVER,
    'kube check': 'Something loses requests when a pod goes away',
    run: NEVER,
    control: 'Not done: the restart was refused, failed or rolled back, or the supervisor went away',
  },
  {
    code: '2',
    rehearse: 'The command line cannot be used, or the application cannot be reached',
    rollout: 'The command line, the cluster or the workload cannot be used; nothing was restarted',
    load: 'The command line cannot be used, or the URL does not answer what the load sends',
    'kube patch': 'The command line or a manifest cannot be used; nothing was written, unless a write failed',
    'kube check': 'The command line or a manifest cannot be used',
    run: 'The command line, a socket or a port cannot be used; nothing was started',
    control: 'The command line cannot be used, or no supervisor answers',
  },
  {
    code: '3',
    rehearse: 'INCONCLUSIVE: nothing failed, but the load was too weak, or its generator did not do its work',
    rollout: 'INCONCLUSIVE: nothing failed, but the load was too weak, or the agent or the API server failed',
    load: 'INCONCLUSIVE: nothing failed, but the load generator did not do its work',
    'kube patch': NEVER,
    'kube check': NEVER,
    run: NEVER,
    control: NEVER,
  },
  {
    code: '128 + n',
    rehearse: 'Ended by signal n (130: Ctrl-C); the report has what was seen before',
    rollout: 'Ended by signal n (130: Ctrl-C); the report has what was seen before',
    load: 'Only by a second signal: at the first one the load ends as usual; with --jobs-once the report is printed all the same',
    'kube patch': 'Ended by signal n',
    'kube check': 'Ended by signal n',
    run: 'The process that had served was ended by signal n',
    control: 'Ended by signal n',
  },
  {
    code: 'other',
    rehearse: NEVER,
    rollout: NEVER,
    load: NEVER,
    'kube patch': NEVER,
    'kube check': NEVER,
    run: 'The exit code of the process that had served; or of the last one, after --crash-limit',
    control: NEVER,
  },
]
