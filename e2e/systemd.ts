import { chmodSync, cpSync, globSync, mkdirSync, readFileSync, symlinkSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import type { SupervisorStatus } from '../src/core/supervisor-status.ts'
import type { LoadDocument } from '../src/report/documents.ts'
import { type Cluster, controlPlane } from './cluster.ts'
import { together } from './shell.ts'

const CLI = 'dist/cli/bin.js'
const RELEASES = '/srv/shop/releases'
const CURRENT = '/srv/shop/current'
const RELOADS = 5
/** The load goes on for longer than the reloads take. */
const LOAD = ['--duration', '60s', '--rate', '210', '--lanes', 'new-connections,keep-alive,think-time,slow']
const WITHIN_MS = 60_000

/**
 * Runs examples/supervised under the systemd of a node of the cluster, with its own units: socket activation,
 * and reloads under load, one of them with a release that cannot start. Resolves to what went wrong.
 */
export async function playSystemd(cluster: Cluster, folder: string): Promise<readonly string[]> {
  const machine = new Machine(cluster)
  await machine.install(folder)
  const mainPid = await machine.property('MainPID')
  const url = `http://${await machine.address()}:8080`
  const [load] = await together([measure(cluster, url, folder), reloadOften(machine)])
  const problems = [
    ...(load.verdict.outcome === 'fail' ? load.verdict.reasons : []),
    ...((await machine.property('MainPID')) === mainPid ? [] : ['the main process was replaced']),
    ...((await machine.property('NRestarts')) === '0' ? [] : ['systemd has restarted the service']),
  ]
  await machine.run(['systemctl', 'stop', 'shop.socket', 'shop.service'])
  const result = await machine.property('Result')
  console.log(
    `systemd: ${load.failed} of ${load.requests} requests failed in ${RELOADS} reloads; stopped: ${result}`,
  )
  return result === 'success' ? problems : [...problems, `systemctl stop ended with ${result}`]
}

async function measure(cluster: Cluster, url: string, folder: string): Promise<LoadDocument> {
  const file = join(folder, 'systemd.json')
  const args = [CLI, 'load', '--url', url, ...LOAD, '--progress', '0', '--json', file]
  console.log(await cluster.run(process.execPath, args, { accepted: [0, 1, 3] }))
  return JSON.parse(readFileSync(file, 'utf8')) as LoadDocument
}

/** Reloads as an operator does; in the middle with a release that cannot start, which must change nothing. */
async function reloadOften(machine: Machine): Promise<void> {
  await pause(5_000)
  for (let count = 1; count <= RELOADS; count++) {
    await machine.run(['systemctl', 'reload', 'shop'])
    await machine.until(`reload ${count} to complete`, ({ restarts }) => restarts.completed === count)
    if (count !== 2) continue
    await machine.release('broken')
    await machine.run(['systemctl', 'reload', 'shop'])
    const { lastFailure } = await machine.until(
      'a broken release to fail',
      ({ restarts }) => restarts.failed === 1,
    )
    console.log(`the reload with a broken release: ${lastFailure?.detail}`)
    await machine.release('2')
  }
}

/** A node of the cluster, which is a container with systemd as its first process. */
class Machine {
  readonly #cluster: Cluster

  constructor(cluster: Cluster) {
    this.#cluster = cluster
  }

  run(command: readonly string[]): Promise<string> {
    return this.#cluster.run('docker', ['exec', controlPlane, ...command])
  }

  /** Copies Node.js, three releases, one of which cannot start, and the units, and starts them. */
  async install(folder: string): Promise<void> {
    await this.#copy(process.execPath, '/usr/local/bin/node')
    const release = join(folder, 'release')
    await this.#packRelease(folder, release)
    await this.run(['mkdir', '-p', RELEASES, '/etc/shop'])
    for (const name of ['1', '2', 'broken']) await this.#copy(release, `${RELEASES}/${name}`)
    await this.run([
      'sh',
      '-c',
      `echo 'throw new Error("this release is broken")' > ${RELEASES}/broken/server.ts`,
    ])
    await this.run(['cp', `${RELEASES}/1/shop.json`, '/etc/shop/shop.json'])
    await this.release('1')
    await this.run(['useradd', '--system', 'shop'])
    for (const unit of ['shop.service', 'shop.socket'])
      await this.#copy(resolve('examples/supervised', unit), `/etc/systemd/system/${unit}`)
    await this.run(['systemctl', 'daemon-reload'])
    await this.run(['systemctl', 'enable', '--now', 'shop.socket', 'shop.service'])
  }

  /** Switches the link in one step, as a deployment does. */
  async release(name: string): Promise<void> {
    await this.run(['ln', '-sfn', `${RELEASES}/${name}`, `${CURRENT}.next`])
    await this.run(['mv', '-T', `${CURRENT}.next`, CURRENT])
  }

  async property(name: string): Promise<string> {
    return (await this.run(['systemctl', 'show', '--value', '--property', name, 'shop.service'])).trim()
  }

  async address(): Promise<string> {
    const format = '{{range .NetworkSettings.Networks}}{{.IPAddress}}{{end}}'
    return (await this.#cluster.run('docker', ['inspect', '--format', format, controlPlane])).trim()
  }

  async until(what: string, holds: (status: SupervisorStatus) => boolean): Promise<SupervisorStatus> {
    const ask = [
      `${CURRENT}/node_modules/.bin/lastcall`,
      'status',
      '--control',
      '/run/shop/control.sock',
      '--json',
    ]
    const endsAt = performance.now() + WITHIN_MS
    for (;;) {
      const status = JSON.parse(await this.run(ask)) as SupervisorStatus
      if (holds(status)) return status
      if (performance.now() > endsAt) throw new Error(`waited in vain for ${what}: ${JSON.stringify(status)}`)
      await pause(200, undefined, { signal: this.#cluster.signal })
    }
  }

  async #copy(from: string, to: string): Promise<void> {
    await this.#cluster.run('docker', ['cp', '--follow-link', from, `${controlPlane}:${to}`])
  }

  /** A folder as `npm install` in examples/supervised leaves it, with the package that the images have. */
  async #packRelease(folder: string, release: string): Promise<void> {
    const [tarball = ''] = globSync(join(folder, '*.tgz'))
    const modules = join(release, 'node_modules')
    cpSync('examples/supervised', release, { recursive: true })
    mkdirSync(join(modules, 'lastcall'), { recursive: true })
    mkdirSync(join(modules, '.bin'))
    const target = ['--directory', join(modules, 'lastcall'), '--strip-components', '1']
    await this.#cluster.run('tar', ['--extract', '--gzip', '--file', tarball, ...target])
    chmodSync(join(modules, 'lastcall/dist/cli/bin.js'), 0o755)
    symlinkSync('../lastcall/dist/cli/bin.js', join(modules, '.bin/lastcall'))
  }
}
