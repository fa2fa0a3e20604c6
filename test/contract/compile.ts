import { execFileSync } from 'node:child_process'
import { copyFileSync, cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const servers = fileURLToPath(new URL('servers', import.meta.url))
/** Of the contract suite's own TypeScript, which is the one that applications have. */
const tsc = fileURLToPath(new URL('node_modules/typescript/bin/tsc', import.meta.url))
const compiled = new Map<string, string>()

/** What `nest new` of NestJS 11 writes into tsconfig.json, without its tests. */
const tsconfig = {
  compilerOptions: {
    module: 'nodenext',
    moduleResolution: 'nodenext',
    resolvePackageJsonExports: true,
    esModuleInterop: true,
    isolatedModules: true,
    declaration: true,
    removeComments: true,
    emitDecoratorMetadata: true,
    experimentalDecorators: true,
    allowSyntheticDefaultImports: true,
    target: 'ES2023',
    sourceMap: true,
    outDir: './dist',
    rootDir: '.',
    incremental: true,
    skipLibCheck: true,
    strictNullChecks: true,
    forceConsistentCasingInFileNames: true,
    noImplicitAny: false,
    strictBindCallApply: false,
    noFallthroughCasesInSwitch: false,
  },
  include: ['src'],
}

/** Compiles `src` of a folder to CommonJS in `dist`, once for each name. */
export function compileInto(folder: string, name: string): void {
  const built = compiled.get(name) ?? compile(folder)
  compiled.set(name, built)
  cpSync(built, folder, { recursive: true })
}

/** In a folder of its own, because that of a program goes with it. */
function compile(source: string): string {
  const folder = mkdtempSync(join(servers, '.run', 'compiled-'))
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }))
  cpSync(source, folder, { recursive: true })
  copyFileSync(join(servers, 'parts.ts'), join(folder, 'parts.ts'))
  // No "type": Node takes the program for CommonJS.
  writeFileSync(join(folder, 'package.json'), '{ "imports": { "#parts": "./parts.ts" } }\n')
  writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify(tsconfig))
  execFileSync(process.execPath, [tsc, '-p', folder], { stdio: 'inherit' })
  return folder
}
