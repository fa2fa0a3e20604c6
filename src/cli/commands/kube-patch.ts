import { Command } from 'commander'
import { describeSum } from '../../core/budget.ts'
import { formatDuration } from '../../core/duration.ts'
import { LastcallError } from '../../core/errors.ts'
import { type PatchedText, patchManifests } from '../../kube/patch-manifests.ts'
import { showEdits } from '../../kube/yaml/show-edits.ts'
import { createFlagReader, type RawFlags } from '../flag-reader.ts'
import { addHelp, type Example } from '../help.ts'
import type { CliIo } from '../io.ts'
import { addNumberFlags, addSelectionFlags, readNumbers, readSelection } from '../kube-flags.ts'
import { readManifests, STDIN } from '../manifest-input.ts'
import { writeManifests } from '../write-manifests.ts'

const examples: readonly Example[] = [
  ['lastcall kube patch shop.yaml --diff', 'what would change'],
  ['lastcall kube patch shop.yaml --in-place', 'change the file; comments and order stay'],
  ['lastcall kube patch shop.yaml --auto --in-place', 'a server that does not know lastcall'],
  ['kustomize build . | lastcall kube patch -l app=shop | kubectl apply -f -', 'in a pipe'],
  ['lastcall kube patch all.yaml --name deployment/shop --container app', 'one of several'],
]

/** What becomes of the result. Two of them contradict each other, and a pipeline would not notice. */
const outputFlags = [
  ['inPlace', '--in-place'],
  ['diff', '--diff'],
  ['dryRun', '--dry-run'],
] as const

/**
 * `lastcall kube patch FILE…`: the numbers, probes and variables of the chart, in manifests of any origin.
 */
export function createKubePatchCommand(io: CliIo, onExitCode: (code: number) => void): Command {
  const command = new Command('patch')
    .description(
      'Give workloads the grace period, preStop hook, probes and variables that the chart would give them',
    )
    .argument('[file...]', 'manifests, YAML or JSON; - or nothing for stdin')
    .option(
      '--auto',
      'append --import lastcall/auto to NODE_OPTIONS, for a server that does not use lastcall in its code; ' +
        'its image has to have the package',
    )
  return addHelp(addNumberFlags(addSelectionFlags(command)), 'kube patch', examples)
    .option('--in-place', 'write the files, instead of everything to stdout')
    .option('--diff', 'print the lines that would change, and write nothing')
    .option('--dry-run', 'print a line for each workload, and write nothing')
    .option('--quiet', 'print no line for each workload; notes stay')
    .action(async (files: string[], raw: RawFlags) => onExitCode(await patch(files, raw, io)))
}

async function patch(files: readonly string[], raw: RawFlags, io: CliIo): Promise<number> {
  const reader = createFlagReader(raw)
  const selection = readSelection(reader)
  const asked = readNumbers(reader)
  const container = reader.has('container') ? reader.text('container', '') : undefined
  const given = outputFlags.filter(([key]) => raw[key] === true).map(([, flag]) => flag)
  if (given.length > 1) {
    reader.problems.push(`${given.join(' and ')} exclude each other: leave all but one of them out`)
  }
  if (raw['inPlace'] === true && (files.length === 0 || files.includes(STDIN))) {
    reader.problems.push('--in-place: stdin cannot be written; name the files')
  }
  if (reader.problems.length > 0) throw new LastcallError('LASTCALL_USAGE', reader.problems)
  const texts = await readManifests(files, io)
  const wishes = { asked, container, auto: raw['auto'] === true }
  const patched = patchManifests(texts, selection, wishes)
  for (const note of patched.flatMap(({ notes }) => notes)) io.stderr.write(`note: ${note}\n`)
  if (raw['diff'] === true) {
    for (const { name, before, edits } of patched) io.stdout.write(showEdits(name, before, edits))
  } else if (raw['dryRun'] === true) io.stdout.write(summaryOf(patched))
  else {
    const isWritten = raw['inPlace'] === true
    if (isWritten) writeManifests(patched, io.cwd)
    else io.stdout.write(joined(patched))
    // stdout goes into the pipe, so the user reads these lines on stderr.
    if (raw['quiet'] !== true) (isWritten ? io.stdout : io.stderr).write(summaryOf(patched))
  }
  return 0
}

function summaryOf(patched: readonly PatchedText[]): string {
  const lines = patched.flatMap(({ name, pods }) =>
    pods.map(({ workload, container, numbers, isChanged }) => {
      const grace = `grace period ${formatDuration(numbers.gracePeriodMs)}`
      const what = isChanged ? 'changed' : 'unchanged'
      return `${name}: ${workload}, container ${container}: ${what}; ${describeSum(numbers)}, ${grace}\n`
    }),
  )
  return lines.join('')
}

/** What separates a file from the one before. A directive comes only after the end of a document. */
function markerBefore(text: string): string {
  const [first = ''] = /^[^\s#].*/m.exec(text) ?? []
  if (first.startsWith('%')) return '...\n'
  return text.startsWith('---') ? '' : '---\n'
}

/** Joins the files into one stream of documents. */
function joined(patched: readonly PatchedText[]): string {
  return patched
    .map(({ text }, index) => {
      const marker = index > 0 ? markerBefore(text) : ''
      const isLast = index === patched.length - 1
      return `${marker}${text}${isLast || text.endsWith('\n') ? '' : '\n'}`
    })
    .join('')
}
