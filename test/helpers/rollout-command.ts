import assert from 'node:assert/strict'
import type { TestContext } from 'node:test'
import { main } from '../../src/cli/main.ts'
import type { RolloutDocument } from '../../src/rollout/run-document.ts'
import { type CapturedIo, captureIo } from './captured-io.ts'
import { readDocument } from './documents.ts'
import { eventually } from './eventually.ts'
import { FakeCluster } from './fake-cluster.ts'
import { writeKubeconfig } from './kubeconfig.ts'

const requests = '--lanes new-connections,slow --slow-time 300ms --rate 200'.split(' ')

/** A command that runs. */
export interface Command {
  readonly io: CapturedIo
  readonly code: Promise<number>
}

/** Begins `lastcall rollout deploy/shop` against a cluster. */
export function begin(t: TestContext, cluster: FakeCluster, ...flags: string[]): Command {
  const io = captureIo()
  const kubeconfig = writeKubeconfig(t, cluster.server.access.server)
  const short = ['--cool-down', '200ms', ...(flags.includes('jobs') ? [] : requests)]
  const baseline = flags.includes('none') ? [] : ['--baseline', '300ms']
  const words = ['rollout', 'deploy/shop', '--kubeconfig', kubeconfig, ...short, ...baseline, ...flags]
  const code = main(words, io)
  return { io, code }
}

/** A cluster with the Deployment `shop`. */
export const startCluster = (t: TestContext): Promise<FakeCluster> => new FakeCluster().start(t)
/** What `-o json` printed. */
export function documentOf(io: CapturedIo): RolloutDocument {
  assert.notEqual(io.out(), '', io.err())
  return readDocument<RolloutDocument>(io.out())
}
/** Resolves when the run is in a phase. */
export const inPhase = (io: CapturedIo, phase: string): Promise<void> =>
  eventually(`the phase ${phase}`, () => io.err().includes(`phase ${phase}`))
