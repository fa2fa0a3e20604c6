const { existsSync } = require('node:fs')
const { join } = require('node:path')
const { setTimeout: sleep } = require('node:timers/promises')

/** The work of a job: it ends when the test opens the gate that the job names. */
exports.work = async (gate) => {
  console.log(`took ${gate}`)
  while (!existsSync(join(process.env.GATES, gate))) await sleep(5)
  console.log(`did ${gate}`)
}
