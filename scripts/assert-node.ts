/**
 * Stops `npm test` when it is not run by the Node of `devDependencies`, so that a result never depends on the
 * machine's own Node.
 */
import pkg from '../package.json' with { type: 'json' }

const wanted = pkg.devDependencies.node
if (process.versions.node !== wanted) {
  console.error(
    `This is Node ${process.versions.node} (${process.execPath}), the tests run on ${wanted}: run "npm ci" without --ignore-scripts, and start them with "npm test"`,
  )
  process.exit(1)
}
console.log(`Node ${process.versions.node}`)
