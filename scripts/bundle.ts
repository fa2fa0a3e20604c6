/**
 * Bundles the programs of the package into dist/, and writes the licences of all packages that are in them.
 */
import { writeFileSync } from 'node:fs'
import { buildBundle } from './bundle/build-bundle.ts'
import { bundles } from './bundle/bundles.ts'
import { renderLicenses } from './bundle/licenses.ts'

const folders = await Promise.all(bundles.map(buildBundle))
writeFileSync('dist/THIRD-PARTY-LICENSES.txt', renderLicenses(folders.flat()))
