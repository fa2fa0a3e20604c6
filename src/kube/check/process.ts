import { posix } from 'node:path'
import { loadsAuto, variablesNamed } from '../environment.ts'
import { delaysSigterm, preStopOf } from '../pre-stop.ts'
import { type CheckedPod, type Finding, loses, mayLose } from './rule.ts'

/** Programs that start the server in a shell of their own, which keeps SIGTERM to itself. */
const runners = ['npm', 'npx', 'yarn', 'pnpm']

/** Whether the server is the process that gets the signal. */
export function checkCommand({ container: { value } }: CheckedPod): readonly Finding[] {
  const words = [value['command'], value['args']].flatMap((list: unknown) =>
    Array.isArray(list) ? list.map(String) : [],
  )
  // As in the chart: also behind an init such as tini, and in the script of a shell.
  const names = words
    .join(' ')
    .split(' ')
    .map((word) => posix.basename(word))
  const first = names.find((name) => name === 'node' || runners.includes(name)) ?? ''
  if (runners.includes(first)) {
    return [loses(`the command is ${first}, which does not pass SIGTERM on to the server: start node itself`)]
  }
  const [program = '', flag] = words
  const isScript = /^(?:ba|da|a)?sh$/.test(posix.basename(program)) && flag === '-c'
  if (isScript && !/\bexec\b/.test(words.slice(2).join(' '))) {
    return [mayLose('the command is a shell, which may keep SIGTERM to itself: start the server with exec')]
  }
  return []
}

/** Whether lastcall is loaded where it does harm. */
export function checkAuto({ workload, container: { value } }: CheckedPod): readonly Finding[] {
  const isLoaded = loadsAuto(variablesNamed(value, 'NODE_OPTIONS').at(-1)?.text)
  if (!workload.isJob || !isLoaded) return []
  const harm = 'a job that gets SIGTERM would end with 0, which Kubernetes takes for success'
  return [loses(`NODE_OPTIONS load lastcall/auto, and ${harm}: take it out`)]
}

/** Whether another container ends before the container that serves. */
export function checkSidecars({ workload, container, all }: CheckedPod): readonly Finding[] {
  if (workload.isJob || !delaysSigterm(preStopOf(container.value)) || container.isSidecar) return []
  const others = all.filter(
    (one) => one.name !== container.name && !one.isSidecar && !delaysSigterm(preStopOf(one.value)),
  )
  const remedy = 'make it a sidecar (an init container with restartPolicy: Always), or give it the same hook'
  return others.map(({ name, path }) => {
    const early = `container ${name} gets SIGTERM before ${container.name}`
    const said = `${early}, which still waits in its preStop hook`
    return mayLose(`${said}: if requests pass through it, ${remedy}`, path)
  })
}
