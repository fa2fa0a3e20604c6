import { spawnSync } from 'node:child_process'
import { test, type TestContext, type TestOptions } from 'node:test'
import { debianEnvironment, kafkaClasses } from './fetched-programs.ts'

/** Without root a program is root of a user namespace of its own. */
const unshare = ['unshare', ...(process.getuid?.() === 0 ? [] : ['--map-root-user'])]

/**
 * What makes a program the first process of a PID namespace, as in a container: the kernel gives that one no
 * default action for signals (pid_namespaces(7)).
 */
export const pidOneCommand: readonly string[] = [...unshare, '-pf', '--mount-proc', '--kill-child']

/**
 * What runs a shell script as root of a network namespace of its own, with sysctls of its own; see
 * test/helpers/own-network.ts.
 */
export const ownNetworkCommand: readonly string[] = [...unshare, '--net', 'sh', '-c']

const mayUnshare =
  'as root or where users may make namespaces (sysctl kernel.apparmor_restrict_unprivileged_userns=0)'

/** What a test can need besides Node: how to try it, and what to do where it is missing. */
const tools = {
  helm: { command: ['helm', 'version', '--short'], remedy: 'install helm 4 (helm.sh/docs/intro/install)' },
  promtool: {
    command: ['promtool', '--version'],
    remedy: 'install promtool (Debian package prometheus), or let .ci/run fetch it',
  },
  'an npm registry': {
    command: ['npm', 'ping'],
    remedy: 'connect to the network, or set registry in .npmrc',
  },
  'dumb-init': {
    command: ['dumb-init', '--version'],
    remedy: 'install dumb-init (Debian package dumb-init), or let .ci/run fetch it',
  },
  tini: {
    command: ['tini', '--version'],
    remedy: 'install tini (Debian package tini), or let .ci/run fetch it',
  },
  python3: { command: ['python3', '--version'], remedy: 'install python3' },
  go: { command: ['go', 'version'], remedy: 'install Go (go.dev/doc/install), and put go into the PATH' },
  nginx: {
    command: ['nginx', '-v'],
    remedy: 'install nginx (Debian package nginx), or let .ci/run fetch it',
  },
  'redis-server': {
    command: ['redis-server', '--version'],
    remedy: 'install redis-server (Debian package redis-server), or let .ci/run fetch it',
  },
  postgres: {
    command: ['postgres', '--version'],
    remedy: 'install PostgreSQL (Debian package postgresql), or let .ci/run fetch it',
  },
  kafka: {
    command: ['java', '-cp', kafkaClasses, 'kafka.Kafka', '--version'],
    remedy:
      'install Java 17 and Maven (Debian packages default-jre-headless, maven), and run .ci/fetch-kafka',
  },
  'a PID namespace': {
    command: [...pidOneCommand, 'true'],
    remedy: `run the tests on Linux, with unshare of util-linux, ${mayUnshare}`,
  },
  'a network namespace': {
    command: [...ownNetworkCommand, 'ip link set lo up && echo 1 > /proc/sys/net/ipv4/tcp_migrate_req'],
    remedy: `run the tests on Linux 5.14 or later, with ip of iproute2 and unshare of util-linux, ${mayUnshare}`,
  },
} as const satisfies Record<string, { readonly command: readonly string[]; readonly remedy: string }>

/** Name of something that a test can need. */
export type Tool = keyof typeof tools

const reasons = new Map<Tool, string | false>()

function reasonAgainst(tool: Tool): string | false {
  const { command, remedy } = tools[tool]
  const [program = '', ...args] = command
  const { error, status } = spawnSync(program, args, {
    env: { ...process.env, ...debianEnvironment() },
    timeout: 20_000,
  })
  return error === undefined && status === 0 ? false : `${tool} is missing here: ${remedy}`
}

/**
 * Options of a test that needs a tool: skipped with the reason and the remedy where the tool is missing, so
 * that it is counted and named at the end of `npm test`.
 * With CI=true nothing may go untested: it throws.
 */
export function needs(tool: Tool): { readonly skip: string | false } {
  const skip = reasons.get(tool) ?? reasonAgainst(tool)
  reasons.set(tool, skip)
  if (skip !== false && process.env['CI'] === 'true') {
    throw new Error(`${skip}; with CI=true its tests may not be skipped`)
  }
  return { skip }
}

/**
 * A `test()` that needs a tool. The tests of a skipped suite are never counted, so each test says it for
 * itself.
 */
export function testWith(
  tool: Tool,
): (title: string, ...rest: [Body] | [options: TestOptions, Body]) => void {
  return (title, ...rest) => {
    const [options, body] = rest.length === 1 ? [{}, rest[0]] : rest
    const { skip } = needs(tool)
    void test(title, { ...options, ...(skip !== false && { skip }) }, body)
  }
}

type Body = (t: TestContext) => void | Promise<void>
