import { loadsAuto, variablesNamed } from '../environment.ts'
import { preStopOf } from '../pre-stop.ts'
import { type CheckedPod, type Finding, loses, mayLose } from './rule.ts'

/** Whether the server is the process that gets the signal. */
export function checkCommand({ container: { value } }: CheckedPod): readonly Finding[] {
  const { command, args } = value
  const words = [command, args].flatMap((list: unknown) => (Array.isArray(list) ? list.map(String) : []))
  if (!Array.isArray(command) || command.length === 0) return []
  const program = words[0]?.replace(/^.*\//, '') ?? ''
  if (['npm', 'npx', 'yarn', 'pnpm'].includes(program)) {
    return [
      loses(`the command is ${program}, which does not pass SIGTERM on to the server: start node itself`),
    ]
  }
  const script = words.slice(2).join(' ')
  if (/^(?:ba|da|a)?sh$/.test(program) && words[1] === '-c' && !/\bexec\b/.test(script)) {
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
  if (workload.isJob || preStopOf(container.value).how === 'none' || container.isSidecar) return []
  const others = all.filter(
    (one) => one.name !== container.name && !one.isSidecar && preStopOf(one.value).how === 'none',
  )
  const remedy = 'make it a sidecar (an init container with restartPolicy: Always), or give it the same hook'
  return others.map(({ name, path }) => {
    const early = `container ${name} gets SIGTERM before ${container.name}`
    const said = `${early}, which still waits in its preStop hook`
    return mayLose(`${said}: if requests pass through it, ${remedy}`, path)
  })
}
