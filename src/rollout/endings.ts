import type { PodEnding } from './pod-record.ts'

/** What a pod did (text after its name), and the remedy. */
export interface EndingWords {
  readonly happened: string
  /** Undefined if there is nothing to do. */
  readonly helps?: string
}

/** The possible ends of a pod in words and Markdown, in the order of the guide. */
export const endings: Readonly<Record<Exclude<PodEnding, 'running' | 'port-taken'>, EndingWords>> = {
  clean: { happened: 'ended with exit code 0 after the signal' },
  'exit-code': {
    happened: 'ended with an exit code that is not 0: something was force-closed, or a hook failed',
    helps: 'its report and its last lines say what',
  },
  'unhandled-signal': {
    happened:
      'had no handler for SIGTERM and ended at once; as process 1 of a container it would ignore the signal, ' +
      'and be killed at the end of the grace period',
    helps: 'handle SIGTERM; in Node.js with lastcall in the code, or with `lastcall/auto`',
  },
  wrapper: {
    happened:
      'ended after SIGTERM while the server behind it lived on, which was killed with it: ' +
      'the command is a wrapper (npm, a shell, a script); ' +
      'a shell that is process 1 of a container ignores the signal, and all is killed at the end of the grace period',
    helps:
      'make the server the first process: `-- node server.js` here, `CMD ["node", "server.js"]` in the image, ' +
      'or `exec` before the last command of a script',
  },
  killed: {
    happened: 'did not end within the grace period after SIGTERM, which ends with SIGKILL',
    helps:
      'a drain timeout below the grace period; no npm, shell or script in front of the server that keeps the signal to itself',
  },
  crashed: { happened: 'ended without being asked to', helps: 'its last lines say why' },
  'not-ready': {
    happened: 'did not become ready, and the rollout stopped',
    helps: 'what it waits for, or more time with `--ready-timeout`',
  },
  unseen: { happened: 'went away without an exit code: its node was lost, or it was deleted by force' },
}
