import { LastcallError } from '../core/errors.ts'
import { isCalled, isSelected, type Selection } from './select.ts'
import { findWorkloads, titleOf } from './workloads.ts'
import type { ManifestFile } from './yaml/read-documents.ts'

/**
 * Refuses a selection without any workload: the user named the wrong file, or misspelled a name.
 * @throws LastcallError `LASTCALL_MANIFEST` with the workloads that there are
 */
export function refuseEmptySelection(files: readonly ManifestFile[], selection: Selection): void {
  const found = files.flatMap(({ documents }) => documents.map(({ value }) => findWorkloads(value)))
  const all = found.flatMap(({ known }) => known)
  const unknown = selection.names.filter((name) => !all.some((workload) => isCalled(workload, name)))
  if (all.length > 0 && unknown.length > 0) {
    throw new LastcallError(
      'LASTCALL_MANIFEST',
      unknown.map(
        (name) => `--name ${name}: no workload has this name; there are ${all.map(titleOf).join(', ')}`,
      ),
    )
  }
  if (all.some((workload) => isSelected(workload, selection))) return
  const names = files.map(({ name }) => name).join(', ')
  const there = all.map(titleOf).join(', ')
  const unknownKinds = found.flatMap(({ unknown: some }) => some.map(({ title }) => title)).join(', ')
  const instead = unknownKinds === '' ? '' : `, only ${unknownKinds}, whose kind is not known`
  throw new LastcallError('LASTCALL_MANIFEST', [
    all.length === 0
      ? `${names}: there is no Deployment or other workload${instead}; name the file that has one`
      : `${names}: no workload is selected by --name and --selector; there are ${there}`,
  ])
}
