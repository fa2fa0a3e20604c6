import { isDeepStrictEqual } from 'node:util'
import { LastcallError } from '../core/errors.ts'
import { noRemarks, type Remark } from './findings.ts'
import { type PatchedPod, patchPod, type PodWishes } from './patch-pod.ts'
import { refuseEmptySelection } from './refuse-selection.ts'
import { isSelected, type Selection } from './select.ts'
import { findSettings, type SettingsObject } from './settings.ts'
import { findWorkloads, HOOK, STRANGE, titleOf, UNKNOWN } from './workloads.ts'
import { applyEdits, type Edit } from './yaml/edit.ts'
import { copyOf, type Path } from './yaml/plain.ts'
import { type ManifestDocument, type ManifestFile, placeText, readDocuments } from './yaml/read-documents.ts'
import { reconcile } from './yaml/reconcile.ts'

/** A text of manifests, with the name that messages use for it. */
export interface ManifestText {
  readonly name: string
  readonly text: string
}

/** The result for one text. */
export interface PatchedText extends ManifestText {
  /** The text before the patch. */
  readonly before: string
  readonly edits: readonly Edit[]
  readonly pods: readonly (PatchedPod & { readonly workload: string; readonly isChanged: boolean })[]
  /** Notes for the user, each with its place. */
  readonly notes: readonly string[]
}

/**
 * Gives every selected workload the numbers, probes and variables that the chart would give it. Comments,
 * order and everything else stay as they are; a second patch changes nothing.
 * @throws LastcallError `LASTCALL_MANIFEST` with all problems of all texts; then none of them must be written
 */
export function patchManifests(
  texts: readonly ManifestText[],
  selection: Selection,
  wishes: PodWishes,
): readonly PatchedText[] {
  const files = texts.map(({ name, text }) => readDocuments(name, text))
  refuseEmptySelection(files, selection)
  const problems: string[] = []
  const settings = findSettings(files.flatMap(({ documents }) => documents.map(({ value }) => value)))
  const patched = files.map((file) => patchFile(file, selection, { wishes, settings, problems }))
  if (problems.length > 0) throw new LastcallError('LASTCALL_MANIFEST', problems)
  return patched
}

interface FilePatch {
  readonly wishes: PodWishes
  readonly settings: readonly SettingsObject[]
  readonly problems: string[]
}

function patchFile(file: ManifestFile, selection: Selection, patch: FilePatch): PatchedText {
  const { wishes, settings, problems } = patch
  const results = file.documents.map((document) => patchDocument(document, selection, { wishes, settings }))
  for (const result of results) for (const problem of result.problems) problems.push(problem)
  const usable = results.every((result) => result.problems.length === 0)
  const edits = usable
    ? results.flatMap(({ document, wanted }) => reconcile(file.text, document.tree, wanted))
    : []
  const text = applyEdits(file.text, edits)
  if (usable) for (const problem of strayChanges(text, results)) problems.push(problem)
  return {
    name: file.name,
    before: file.text,
    text,
    edits,
    pods: results.flatMap(({ pods }) => pods),
    notes: results.flatMap(({ notes }) => notes),
  }
}

interface DocumentPatch {
  readonly document: ManifestDocument
  readonly wanted: unknown
  readonly pods: PatchedText['pods']
  readonly problems: readonly string[]
  readonly notes: readonly string[]
}

function patchDocument(
  document: ManifestDocument,
  selection: Selection,
  { wishes, settings }: Pick<FilePatch, 'wishes' | 'settings'>,
): DocumentPatch {
  const wanted = copyOf(document.value)
  const { known, unknown, strange } = findWorkloads(wanted)
  const at = (path: Path, message: string): string => `${placeText(document.placeOf(path))}: ${message}`
  const selected = known.filter((workload) => isSelected(workload, selection))
  const hooks = known.filter((workload) => workload.isHook && !selected.includes(workload))
  const results = selected.map((workload) => {
    const remarks = noRemarks()
    const before = copyOf(workload.value)
    const pod = patchPod(wanted, workload, { wishes, settings, remarks })
    const title = titleOf(workload)
    const isChanged = !isDeepStrictEqual(before, workload.value)
    const inWords = ({ path, message }: Remark): string => at(path, `${title}: ${message}`)
    return {
      pods: pod ? [{ ...pod, workload: title, isChanged }] : [],
      problems: remarks.problems.map(inWords),
      notes: remarks.notes.map(inWords),
    }
  })
  return {
    document,
    wanted,
    pods: results.flatMap(({ pods }) => pods),
    problems: [
      ...strange.map((path) => at(path, `${STRANGE}: leave it out`)),
      ...results.flatMap(({ problems }) => problems),
    ],
    notes: [
      ...unknown.map(({ title, path }) => at(path, `${title} ${UNKNOWN}, so it stays as it is`)),
      ...hooks.map((hook) => at(hook.path, `${titleOf(hook)} ${HOOK}: name it with --name to patch it`)),
      ...results.flatMap(({ notes }) => notes),
    ],
  }
}

/** Reads the new text again: an anchor may carry a change to other places. */
function strayChanges(text: string, results: readonly DocumentPatch[]): readonly string[] {
  const values = valuesOf(text)
  return results.flatMap(({ document, wanted }, index) => {
    if (isDeepStrictEqual(values[index], copyOf(wanted))) return []
    const said = 'this document cannot be patched without a change elsewhere in it'
    const remedy = 'write out what anchors, aliases and merge keys (<<) of its containers say'
    return [`${placeText(document.placeOf([]))}: ${said}: ${remedy}`]
  })
}

/** The values of a text; none when it cannot be read. */
function valuesOf(text: string): readonly unknown[] {
  try {
    return readDocuments('', text).documents.map(({ value }) => value)
  } catch {
    return []
  }
}
