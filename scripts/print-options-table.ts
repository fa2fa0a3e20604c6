/**
 * Prints the table of options that belongs into the README: what `test/docs/generated.test.ts` compares it
 * with.
 */
import { writeTable } from './docs/markdown.ts'
import { optionsTable } from './docs/options.ts'

console.log(writeTable(optionsTable()))
