import { Command } from 'commander'
import { LastcallError } from '../../core/errors.ts'
import {
  type CheckedManifests,
  type CheckedWorkload,
  checkManifests,
} from '../../kube/check/check-manifests.ts'
import { losesRequests, toKubeCheckDocument } from '../../kube/check/document.ts'
import { placeText } from '../../kube/yaml/read-documents.ts'
import { toJson } from '../../report/json.ts'
import { createFlagReader, type RawFlags } from '../flag-reader.ts'
import { addHelp, type Example } from '../help.ts'
import type { CliIo } from '../io.ts'
import { checkJsonFile, writeJsonFile } from '../json-file.ts'
import { addSelectionFlags, addVersionFlag, readSelection, readVersion } from '../kube-flags.ts'
import { readManifests } from '../manifest-input.ts'

const examples: readonly Example[] = [
  ['lastcall kube check shop.yaml', 'what loses requests when a pod goes away'],
  ['helm template shop . | lastcall kube check', 'what a chart makes'],
  ['lastcall kube check k8s/*.yaml --json -', 'for a program'],
]

/** `lastcall kube check FILE…`: says what would lose requests. */
export function createKubeCheckCommand(io: CliIo, onExitCode: (code: number) => void): Command {
  const command = new Command('check')
    .description('Say what in these manifests loses requests when a pod goes away')
    .argument('[file...]', 'manifests, YAML or JSON; - or nothing for stdin')
  return addHelp(addVersionFlag(addSelectionFlags(command)), 'kube check', examples)
    .option('--json <file>', 'write the findings as JSON; - for stdout, instead of the sentences')
    .action(async (files: string[], raw: RawFlags) => onExitCode(await check(files, raw, io)))
}

async function check(files: readonly string[], raw: RawFlags, io: CliIo): Promise<number> {
  const reader = createFlagReader(raw)
  const selection = readSelection(reader)
  const container = reader.has('container') ? reader.text('container', '') : undefined
  const kubeVersion = readVersion(reader)
  checkJsonFile(reader, io)
  if (reader.problems.length > 0) throw new LastcallError('LASTCALL_USAGE', reader.problems)
  const texts = await readManifests(files, io)
  const checked = checkManifests(texts, { selection, container, kubeVersion })
  const { workloads } = checked
  const document = toKubeCheckDocument(checked)
  const json = toJson(document)
  io.stdout.write(raw['json'] === '-' ? json : render(checked, workloads.filter(losesRequests).length))
  writeJsonFile(raw, io, json)
  return document.exitCode
}

function render({ workloads, notChecked }: CheckedManifests, losing: number): string {
  const leftOut = notChecked.map(({ message, place }) => `  ${placeText(place)}: ${message}`)
  const parts = [
    ...workloads.map(renderWorkload),
    ...(leftOut.length === 0 ? [] : [['Not checked:', ...leftOut].join('\n')]),
  ]
  const result =
    losing === 0
      ? `Nothing was found that loses requests; workloads checked: ${workloads.length}`
      : `${losing} of ${workloads.length} workloads would lose requests when a pod goes away`
  return `${[...parts, result].join('\n\n')}\n`
}

function renderWorkload({ workload, place, findings, notChecked }: CheckedWorkload): string {
  const lines = findings.map(
    ({ certainty, rule, message, place: at }) =>
      `  ${certainty} requests (${rule}, line ${at.line}): ${message}`,
  )
  const gaps = notChecked.map(({ message, place: at }) => `  not checked (line ${at.line}): ${message}`)
  const found = lines.length === 0 ? ['  nothing found'] : lines
  return [`${workload} (${placeText(place)})`, ...found, ...gaps].join('\n')
}
