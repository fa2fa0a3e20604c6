/**
 * Packs lastcall and installs it beside old releases of its integrations' packages, into empty folders, with
 * npm and pnpm. Writes what came of it, with sizes and load times, into docs/reference/package.md. Needs an
 * npm registry.
 */
import { execFileSync } from 'node:child_process'
import { mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { replaceSection, writeTable } from './docs/markdown.ts'
import { type Installation, installedVersion, installInto, managers, run } from './install/managers.ts'
import { type Partner, partnerModule, partners } from './install/partners.ts'

const page = 'docs/reference/package.md'
const LOADS = 15

const folder = resolve('.cache', 'try-install')
mkdirSync(folder, { recursive: true })
const [{ filename, size, unpackedSize, entryCount }] = JSON.parse(
  // The build is the caller's: `npm run try:install` makes it first.
  execFileSync('npm', ['pack', '--ignore-scripts', '--json', '--pack-destination', folder], {
    encoding: 'utf8',
  }),
) as [{ filename: string; size: number; unpackedSize: number; entryCount: number }]
const tarball = join(folder, filename)

const specs = [tarball, ...partners.map(({ spec }) => spec)]
const installed = managers.map((manager): Installation & { name: string } => {
  const name = manager.spec.split('@')[0] ?? ''
  console.log(`${manager.spec} …`)
  return { name, ...installInto(manager.spec.replace('@', '-'), manager, specs) }
})
const [first] = installed
if (!first) throw new Error('There is no package manager to try')

const installs = writeTable([
  ['with', 'result', 'copies of lastcall', 'time'],
  ...installed.map(({ name, version, copies, seconds }) => [
    `${name} ${version}`,
    'installed, nothing refused',
    String(copies.length),
    `${seconds.toFixed(1)} s`,
  ]),
])

const nameOf = ({ spec }: Partner): string => spec.slice(0, spec.lastIndexOf('@'))

/** What the integration says in each folder. All managers install the same, so the sentences must agree. */
function tryPartner(partner: Partner): readonly string[] {
  const said = installed.map((installation) => {
    const file = join(installation.folder, 'try.mjs')
    writeFileSync(file, partnerModule(partner))
    return run(installation.folder, process.execPath, file).trim()
  })
  if (new Set(said).size !== 1)
    throw new Error(`${partner.integration}: not the same everywhere: ${said.join('\n')}`)
  const version = installedVersion(first?.folder ?? '', nameOf(partner))
  return [`\`${partner.integration}\``, `${nameOf(partner)} ${version}`, said[0] ?? '']
}

const integrations = writeTable([['entry point', 'beside', 'result'], ...partners.map(tryPartner)])

/** What loading takes in a process of its own: other work on the machine changes the clock far more. */
function loadTime(expression: string): string {
  const program = `const [at, cpu] = [performance.now(), process.cpuUsage()]
    ${expression}
    const { user, system } = process.cpuUsage(cpu)
    console.log(performance.now() - at, (user + system) / 1_000)`
  const type = expression.startsWith('await') ? 'module' : 'commonjs'
  const times = Array.from({ length: LOADS }, () =>
    run(first?.folder ?? '', process.execPath, `--input-type=${type}`, '-e', program)
      .split(' ')
      .map(Number),
  )
  const sorted = (index: number): readonly number[] =>
    times.map((time) => time[index] ?? 0).toSorted((a, b) => a - b)
  const [fastest = 0] = sorted(0)
  return `${fastest.toFixed(0)} ms at best, ${(sorted(1)[LOADS >> 1] ?? 0).toFixed(0)} ms of CPU (median)`
}

/** Packages that `npm i lastcall` adds to an empty folder. */
function addedPackages(): number {
  const { folder } = installInto('alone', managers[0], [tarball])
  const lock = readFileSync(join(folder, 'package-lock.json'), 'utf8')
  const { packages } = JSON.parse(lock) as { packages: object }
  return Object.keys(packages).filter((path) => path !== '').length
}

const kilobytes = (bytes: number): string => `${(bytes / 1_000).toFixed(0)} kB`
const figures = writeTable([
  ['what', 'figure'],
  ['packages that `npm i lastcall` adds', String(addedPackages())],
  ['download', kilobytes(size)],
  ['installed', `${kilobytes(unpackedSize)} in ${entryCount} files`],
  ["`import 'lastcall'`", loadTime("await import('lastcall')")],
  ["`require('lastcall')`", loadTime("require('lastcall')")],
])

const date = new Date().toISOString().slice(0, 10)
const commit = execFileSync('git', ['rev-parse', '--short', 'HEAD'], { encoding: 'utf8' }).trim()
const measured = `Measured on ${date} at commit ${commit}, Node ${process.version}; load times are of ${LOADS} processes each.`
const text = [installs, integrations, figures, measured].join('\n\n')
console.log(`\n${text}`)
if (statSync(page, { throwIfNoEntry: false })) {
  writeFileSync(page, replaceSection(readFileSync(page, 'utf8'), 'try-install', text))
}
if (installed.some(({ copies }) => copies.length !== 1)) {
  console.error('There is more than one lastcall, see the table')
  process.exitCode = 1
}
