import type { Command } from 'commander'
import type { AskedNumbers } from '../kube/numbers.ts'
import { parseSelector, type Requirement, type Selection } from '../kube/select.ts'
import type { FlagReader } from './flag-reader.ts'

/** Adds the flags that say what is meant. */
export function addSelectionFlags(command: Command): Command {
  return command
    .option(
      '--name <name>',
      'a workload to look at, as shop or deployment/shop; repeatable (default: all)',
      (value: string, before?: readonly string[]) => [...(before ?? []), value],
    )
    .option(
      '-l, --selector <labels>',
      'labels of the workloads to look at, as app=shop,tier!=db (default: all)',
    )
    .option(
      '--container <name>',
      "the container that serves (default: the only one, or that of kubectl's annotation default-container)",
    )
}

/** Reads `--name` and `--selector`. */
export function readSelection(reader: FlagReader): Selection {
  return { names: reader.list('name'), requirements: readRequirements(reader) }
}

function readRequirements(reader: FlagReader): readonly Requirement[] {
  const text = reader.text('selector', '')
  if (!reader.has('selector')) return []
  const requirements = parseSelector(text)
  if (!requirements)
    reader.problems.push(`--selector: got '${text}', wanted labels such as app=shop,tier!=db`)
  return requirements ?? []
}

/** Adds a flag for each number. What is not given comes from the manifest, then from the chart's defaults. */
export function addNumberFlags(command: Command): Command {
  return command
    .option('--pre-stop <duration>', 'how long the kubelet waits before SIGTERM (default: 5s; 0s for a job)')
    .option(
      '--shutdown-delay <duration>',
      'how long everything is still served after SIGTERM (default: 2s, 5s without a preStop hook, 0s for a job)',
    )
    .option('--readiness-fail-delay <duration>', 'how long readiness stays green after SIGTERM (default: 0s)')
    .option('--drain-timeout <duration>', 'how long requests in flight may take after that (default: 15s)')
    .option('--hooks-timeout <duration>', 'how long all stop hooks may take (default: 5s)')
    .option('--margin <duration>', 'time between the last deadline of the server and SIGKILL (default: 3s)')
    .option('--grace-period <duration>', 'at least this grace period (default: the sum of the others)')
    .option('--probe-port <port>', "port of lastcall's probe server (default: 8081)")
}

/** Reads the numbers. What Kubernetes takes in whole seconds has to be that. */
export function readNumbers(reader: FlagReader): AskedNumbers {
  const wholeSeconds = (flag: string): number | undefined => {
    const ms = reader.optionalDuration(flag)
    if (ms !== undefined && ms % 1_000 !== 0) {
      reader.problems.push(`--${flag}: got '${reader.text(flag, '')}', wanted whole seconds such as 5s`)
    }
    return ms
  }
  return {
    preStopMs: wholeSeconds('pre-stop'),
    shutdownDelayMs: reader.optionalDuration('shutdown-delay'),
    readinessFailDelayMs: reader.optionalDuration('readiness-fail-delay'),
    drainTimeoutMs: reader.optionalDuration('drain-timeout'),
    hooksTimeoutMs: reader.optionalDuration('hooks-timeout'),
    marginMs: reader.optionalDuration('margin'),
    gracePeriodMs: wholeSeconds('grace-period'),
    probePort: reader.has('probe-port') ? reader.integer('probe-port', 8081, [1, 65_535]) : undefined,
  }
}
