import { execFileSync, spawnSync } from 'node:child_process'
import {
  cpSync,
  existsSync,
  mkdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { dirname, join } from 'node:path'

/** Folders of installed packages, which are linked file by file: nothing writes into them. */
const installed = ['node_modules', 'test/contract/node_modules', 'test/contract/apps/next/.next']

/** A copy of the checkout in which one file at a time is changed; the checkout itself is never touched. */
export class Scratch {
  readonly folder: string

  constructor(folder: string) {
    this.folder = folder
    const tracked = execFileSync('git', ['ls-files', '-co', '--exclude-standard'], { encoding: 'utf8' })
    for (const old of ['src', 'test', 'dist']) this.#remove(old)
    for (const file of tracked.trim().split('\n')) {
      if (!existsSync(file)) continue
      mkdirSync(dirname(join(folder, file)), { recursive: true })
      cpSync(file, join(folder, file))
    }
    for (const packages of installed) this.#link(packages)
    const self = join(folder, 'node_modules', 'lastcall')
    if (!existsSync(self)) symlinkSync('..', self, 'junction')
  }

  read(file: string): string {
    return readFileSync(join(this.folder, file), 'utf8')
  }

  write(file: string, text: string): void {
    writeFileSync(join(this.folder, file), text)
  }

  /** Builds `dist`, with whatever types the change has left. */
  build(): void {
    this.#compile('--noCheck', '--declaration', 'false', '--isolatedDeclarations', 'false')
  }

  /** Whether the sources pass the type check. A name that is no longer used is no matter of types. */
  isTyped(): boolean {
    return this.#compile('--noEmit', '--noUnusedLocals', 'false', '--noUnusedParameters', 'false')
  }

  #compile(...flags: readonly string[]): boolean {
    const tsc = join('node_modules', 'typescript', 'bin', 'tsc')
    return spawnSync(process.execPath, [tsc, '-p', 'src', ...flags], { cwd: this.folder }).status === 0
  }

  /** All but what is installed, which stays from run to run. */
  #remove(path: string): void {
    const whole = join(this.folder, path)
    if (!existsSync(whole)) return
    const kept = installed.flatMap((each) => ['-not', '-path', `${join(this.folder, each)}/*`])
    execFileSync('find', [whole, '-type', 'f', ...kept, '-delete'])
  }

  #link(packages: string): void {
    const own = join(this.folder, packages)
    const isFresh = (): boolean => statSync(own).mtimeMs >= statSync(packages).mtimeMs
    if (!existsSync(packages) || (existsSync(own) && isFresh())) return
    rmSync(own, { recursive: true, force: true })
    mkdirSync(dirname(own), { recursive: true })
    execFileSync('cp', ['-al', packages, own])
  }
}
