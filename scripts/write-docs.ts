/**
 * Writes every part of the documentation that comes from the code; `test/docs/generated.test.ts` says when it
 * has to be run.
 */
import { readFileSync, writeFileSync } from 'node:fs'
import { readSection, replaceSection } from './docs/markdown.ts'
import { schemaFile, schemaText } from './docs/config-schema.ts'
import { documentSchemas } from './docs/document-schemas.ts'
import { sections } from './docs/sections.ts'

for (const { page, name, render } of sections) {
  const file = new URL(`../${page}`, import.meta.url)
  const text = readFileSync(file, 'utf8')
  if (readSection(text, name) === undefined) {
    console.error(
      `${page} has no <!-- ${name}:start --> and <!-- ${name}:end -->: put them where the table belongs`,
    )
    process.exitCode = 1
    continue
  }
  writeFileSync(file, replaceSection(text, name, render()))
}

for (const [path, text] of [[schemaFile, schemaText()] as const, ...documentSchemas()]) {
  writeFileSync(new URL(`../${path}`, import.meta.url), text)
}
