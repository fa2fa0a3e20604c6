import { chmodSync, existsSync, readFileSync, writeFileSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import type { TestContext } from 'node:test'
import { temporaryFolder } from './temporary-folder.ts'

/** A program in the place of `systemd-notify`. */
export interface FakeSystemdNotify {
  /** Makes a supervisor speak to it. */
  readonly env: Readonly<Record<string, string>>
  /** One line for each call. */
  calls(): readonly string[]
}

/** A `systemd-notify` that writes down how it was called, and then does as the script says. */
export function fakeSystemdNotify(t: TestContext, script = ''): FakeSystemdNotify {
  const folder = temporaryFolder(t)
  const [program, log] = [join(folder, 'systemd-notify'), join(folder, 'log')]
  writeFileSync(program, `#!/bin/sh\necho "$*" >> ${log}\n${script}\n`)
  chmodSync(program, 0o755)
  return {
    env: { PATH: [folder, process.env['PATH']].join(delimiter), NOTIFY_SOCKET: '/run/fake' },
    calls: () => (existsSync(log) ? readFileSync(log, 'utf8').trimEnd().split('\n') : []),
  }
}
