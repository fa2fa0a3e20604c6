import { existsSync, readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { LastcallError } from '../../core/errors.ts'
import { readYaml } from '../yaml.ts'
import type { ConfigKey, Keys } from './keys.ts'
import { isMap, isOfKind } from './kinds.ts'
import { nearest } from './nearest.ts'

/** Header fields and bodies may be secrets, and problems of the file are logged. */
const secretKeys: readonly string[] = ['headers', 'body']

/** The file that is read by default. */
const DEFAULT_FILE = 'lastcall.yaml'

/** A value of the file. */
export interface ConfigValue {
  readonly key: ConfigKey
  /** The value as the command line would pass it. */
  readonly raw: unknown
  /** Its place in the file: `rehearse.rate`. */
  readonly place: string
}

/** The values of a file, by section. */
export interface Config {
  readonly file: string
  readonly sections: ReadonlyMap<string, readonly ConfigValue[]>
  readonly lanes: ReadonlyMap<string, readonly ConfigValue[]>
}

/** The sections and keys that a file may have. */
export interface ConfigKeys {
  readonly sections: ReadonlyMap<string, Keys>
  readonly lanes: ReadonlyMap<string, Keys>
}

/**
 * Reads the file of `--config`, or `lastcall.yaml` if it exists.
 * @throws LastcallError `LASTCALL_USAGE` when it cannot be read, with all of its problems
 */
export function readConfig(named: string | undefined, cwd: string, keys: ConfigKeys): Config | undefined {
  const file = named ?? DEFAULT_FILE
  const path = resolve(cwd, file)
  if (named === undefined && !existsSync(path)) return undefined
  const problems: string[] = []
  const content = parse(file, path)
  const top = mapAt(content ?? {}, '', problems)
  const known = [...keys.sections.keys(), 'lanes']
  refuseUnknown(Object.keys(top), known, '', problems)
  const sections = [...keys.sections].map(
    ([name, own]) => [name, readSection(top[name] ?? {}, own, name, problems)] as const,
  )
  const lanes = mapAt(top['lanes'] ?? {}, 'lanes', problems)
  refuseUnknown(Object.keys(lanes), [...keys.lanes.keys()], 'lanes.', problems)
  const ofLanes = [...keys.lanes].map(
    ([name, own]) => [name, readSection(lanes[name] ?? {}, own, `lanes.${name}`, problems)] as const,
  )
  if (problems.length > 0) {
    throw new LastcallError(
      'LASTCALL_USAGE',
      problems.map((problem) => `${file}: ${problem}`),
    )
  }
  return { file, sections: new Map(sections), lanes: new Map(ofLanes) }
}

function parse(file: string, path: string): unknown {
  let text: string
  try {
    text = readFileSync(path, 'utf8')
  } catch (error) {
    throw new LastcallError('LASTCALL_USAGE', [
      `--config: '${file}' cannot be read (${(error as Error).message})`,
    ])
  }
  try {
    return readYaml(text)
  } catch (error) {
    throw new LastcallError('LASTCALL_USAGE', [`${file} is not YAML: ${(error as Error).message}`])
  }
}

function readSection(
  content: unknown,
  keys: Keys,
  place: string,
  problems: string[],
): readonly ConfigValue[] {
  const section = mapAt(content, place, problems)
  refuseUnknown(Object.keys(section), [...keys.keys()], `${place}.`, problems)
  return [...keys.values()].flatMap((key): readonly ConfigValue[] => {
    const value = section[key.key]
    if (value === undefined || value === null) return []
    const own = `${place}.${key.key}`
    if (isOfKind(value, key.kind)) return [{ key, raw: key.kind.toRaw(value), place: own }]
    problems.push(`${own}: got ${shown(key.key, value)}, wanted ${key.kind.wanted}`)
    return []
  })
}

function mapAt(content: unknown, place: string, problems: string[]): Readonly<Record<string, unknown>> {
  if (isMap(content)) return content
  problems.push(`${place === '' ? 'the file' : place} has ${shown('', content)}, wanted keys and values`)
  return {}
}

function shown(key: string, value: unknown): string {
  if (secretKeys.includes(key)) return 'something else'
  return JSON.stringify(value, (name, part: unknown) => (secretKeys.includes(name) ? '…' : part))
}

function refuseUnknown(
  names: readonly string[],
  known: readonly string[],
  place: string,
  problems: string[],
): void {
  for (const name of names.filter((one) => !known.includes(one))) {
    problems.push(`there is no '${place}${name}'; the nearest is '${place}${nearest(name, known)}'`)
  }
}
