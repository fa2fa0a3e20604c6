import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { underAuto } from '../../src/cli/auto-environment.ts'

test('underAuto names the entry of this package by its URL, which exists', () => {
  const { NODE_OPTIONS = '', ...rest } = underAuto({ PATH: '/bin' })
  assert.deepEqual(rest, { PATH: '/bin' })
  assert.match(NODE_OPTIONS, /^--import=file:\S+\/dist\/integrations\/auto\/index\.js$/)
  assert.ok(existsSync(fileURLToPath(NODE_OPTIONS.slice('--import='.length))), 'npm run build makes it')
})

test('underAuto keeps what NODE_OPTIONS has', () => {
  const { NODE_OPTIONS = '' } = underAuto({ NODE_OPTIONS: '--require "./my file.js"' })
  assert.match(NODE_OPTIONS, /^--require "\.\/my file\.js" --import=file:/)
})
