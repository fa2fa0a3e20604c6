/**
 * Writes the address of the repository into package.json and the charts:
 *
 *   node scripts/set-repository.ts https://github.com/YOU/NAME [REGISTRY]
 *
 * REGISTRY is the host of the OCI registry that has the charts, for their READMEs.
 * README needs no address: npm resolves its relative links by the `repository` of package.json.
 */
import { writeFileSync } from 'node:fs'
import { namingFiles, withRepository } from './repository/fields.ts'

const [given = '', registry] = process.argv.slice(2)
const url = URL.parse(given)
if (url?.protocol !== 'https:' || !/^\/[^/]+(?:\/[^/]+)*$/.test(url.pathname) || given.endsWith('.git')) {
  console.error(`The address of the repository: got '${given}', wanted one like https://github.com/YOU/NAME`)
  process.exit(1)
}
for (const file of namingFiles()) writeFileSync(file, withRepository(file, given, registry))
