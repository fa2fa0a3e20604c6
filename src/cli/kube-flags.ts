import type { Command } from 'commander'
import type { AskedNumbers } from '../kube/numbers.ts'
import { type KubeVersion, parseKubeVersion } from '../kube/kube-version.ts'
import { parseSelector, type Requirement, type Selection } from '../kube/select.ts'
import type { FlagReader } from './flag-reader.ts'

/** Adds the flags that select workloads. */
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
      'the container that serves (default: that of the annotation default-container, else the only one, ' +
        'else the only one with LASTCALL_* variables)',
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
  if (!requirements) {
    const wanted = 'wanted labels such as app=shop,tier!=db; sets (in, notin) are not supported'
    reader.problems.push(`--selector: got '${text}', ${wanted}`)
  }
  return requirements ?? []
}

/**
 * Adds a flag for each number, and `--kube-version`. What is not given comes from the manifest, then from the
 * chart's defaults.
 */
export function addNumberFlags(command: Command): Command {
  return addVersionFlag(command)
    .option('--pre-stop <duration>', 'how long the kubelet waits before SIGTERM (default: 5s; 0s for a job)')
    .option(
      '--shutdown-delay <duration>',
      'how long everything is still served after SIGTERM (default: 2s; 5s without a preStop hook, ' +
        '7s where the cluster has no sleep; 0s for a job)',
    )
    .option(
      '--readiness-fail-delay <duration>',
      'how long readiness stays green after SIGTERM (default: 0s; the shutdown delay without a preStop hook)',
    )
    .option('--drain-timeout <duration>', 'how long requests in flight may take after that (default: 15s)')
    .option('--hooks-timeout <duration>', 'how long all stop hooks may take (default: 5s)')
    .option('--margin <duration>', 'time between the last deadline of the server and SIGKILL (default: 3s)')
    .option('--grace-period <duration>', 'at least this grace period (default: the sum of the others)')
    .option('--probe-port <port>', "port of lastcall's probe server (default: 8081; none for a job)")
}

/** Adds `--kube-version`. */
export function addVersionFlag(command: Command): Command {
  return command.option(
    '--kube-version <version>',
    'oldest Kubernetes that the manifests are for, as 1.29; below 1.30 there is no preStop sleep ' +
      '(default: a current one)',
  )
}

/** Reads `--kube-version`; undefined for a current one. */
export function readVersion(reader: FlagReader): KubeVersion | undefined {
  if (!reader.has('kube-version')) return undefined
  const text = reader.text('kube-version', '')
  const version = parseKubeVersion(text)
  if (!version) reader.problems.push(`--kube-version: got '${text}', wanted a version such as 1.29`)
  return version
}

/** Reads the numbers. Kubernetes takes the preStop sleep and the grace period in whole seconds. */
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
    kubeVersion: readVersion(reader),
    probePort: reader.has('probe-port') ? reader.integer('probe-port', 8081, [1, 65_535]) : undefined,
  }
}
