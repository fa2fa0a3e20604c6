import { cpSync, mkdirSync, mkdtempSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { codeBlocksOf, fileNameOf } from '../docs/pages.ts'
import { compileInto } from './compile.ts'
import type { ProgramDeclaration } from './declaration.ts'

const servers = fileURLToPath(new URL('servers', import.meta.url))
/** With CONTRACT_CONTROL set, what runs instead of lastcall: the behaviours have to fail. */
const control = fileURLToPath(new URL('control', import.meta.url))

/** The code of the guide's program. */
function guideProgram({ guide, program = 'server.ts', leaveOut = '' }: ProgramDeclaration): string {
  const block = codeBlocksOf(guide).find(({ code }) => code.startsWith(`// ${program}\n`))
  if (!block) throw new Error(`${guide} has no block that begins with "// ${program}"`)
  if (!block.code.includes(leaveOut)) throw new Error(`${guide} has no ${leaveOut} to leave out`)
  return block.code.replace(leaveOut, '')
}

/**
 * Puts the guide's program beside the application that it imports. The folder is inside of `servers`, so that
 * packages are found from it.
 */
export function writeProgram(declaration: ProgramDeclaration): string {
  const { name, app = name, guide, program = 'server.ts' } = declaration
  mkdirSync(join(servers, '.run'), { recursive: true })
  const folder = mkdtempSync(join(servers, '.run', `${name}-`))
  // Outside of containers lastcall writes a termination message only where there is a file for it.
  writeFileSync(join(folder, 'termination-log'), '')
  if (declaration.command) return folder
  if (declaration.asShown) {
    for (const block of codeBlocksOf(guide).filter((each) => fileNameOf(each) !== ''))
      writeFileSync(join(folder, fileNameOf(block)), block.code)
  } else {
    cpSync(join(servers, app), folder, { recursive: true })
    writeFileSync(join(folder, program), guideProgram(declaration))
  }
  if (declaration.isCompiled) compileInto(folder, name)
  if (process.env['CONTRACT_CONTROL'] !== undefined) {
    mkdirSync(join(folder, 'node_modules'))
    symlinkSync(control, join(folder, 'node_modules', 'lastcall'))
  }
  return folder
}

/**
 * `exec env`, so that the signal goes to the program and not to a shell; this Node comes before any other.
 */
export function commandOf(declaration: ProgramDeclaration, folder: string): [string, string[]] {
  const { guide, program = 'server.ts', command, isCompiled } = declaration
  if (!command) {
    const file = isCompiled ? `dist/${program.replace(/ts$/, 'js')}` : program
    return [process.execPath, [join(folder, file)]]
  }
  const { beginsWith } = command
  const line = codeBlocksOf(guide)
    .filter(({ language }) => language === 'sh')
    .flatMap(({ code }) => code.split('\n'))
    .find((candidate) => candidate.startsWith(beginsWith))
  if (line === undefined) throw new Error(`${guide} has no command like ${beginsWith}`)
  return ['sh', ['-c', `exec env ${line.replace(/ node /, ` ${process.execPath} `)}`]]
}
