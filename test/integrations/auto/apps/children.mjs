// Programs that start children which work in another directory. Each child prints what it is told to, and whether lastcall is in it.
import { execSync, fork, spawn } from 'node:child_process'
import { join } from 'node:path'
import { Worker } from 'node:worker_threads'

const [, , kind, directory] = process.argv
const script = join(directory, 'child.mjs')
const options = { cwd: directory, stdio: 'inherit' }

const starts = {
  spawn: () => spawn(process.execPath, [script], options),
  fork: () => fork(script, { cwd: directory, stdio: 'inherit' }),
  shell: () => execSync('node child.mjs', options),
  script: () => spawn(script, options),
  npm: () => execSync('npm run child', options),
  worker: () => new Worker(script),
  workerElsewhere: () => {
    process.chdir(directory)
    new Worker(script)
  },
  forkElsewhere: () => {
    process.chdir(directory)
    fork(script)
  },
}
starts[kind]()
