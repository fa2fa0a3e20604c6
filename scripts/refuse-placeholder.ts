/** Ends with 1 while package.json names no real repository, so that npm does not publish it. */
import pkg from '../package.json' with { type: 'json' }
import { placeholder, repositoryOf } from './repository/fields.ts'

if (repositoryOf(pkg) === placeholder) {
  console.error(`The repository is still ${placeholder}; run: node scripts/set-repository.ts URL`)
  process.exit(1)
}
