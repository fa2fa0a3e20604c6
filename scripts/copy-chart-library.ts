/**
 * Renews the copy of `charts/lastcall-lib` in `charts/lastcall`, so that the chart installs from a checkout,
 * from the npm package and as an archive without a `helm dependency build`. A link would not be in the npm
 * package.
 */
import { cpSync, rmSync } from 'node:fs'
import { copyFolder, copiedParts, libraryFolder } from './charts/library.ts'

rmSync(copyFolder, { recursive: true, force: true })
for (const part of copiedParts)
  cpSync(new URL(part, libraryFolder), new URL(part, copyFolder), { recursive: true })
