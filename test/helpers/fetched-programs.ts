import { globSync } from 'node:fs'
import { delimiter } from 'node:path'
import { top } from '../docs/pages.ts'

const unpacked = `${top}.cache/debian`

/** The class path of the broker that `.ci/fetch-kafka` has fetched. */
export const kafkaClasses: string = `${top}.cache/kafka/*`

/**
 * An environment in which the programs are found that `.ci/fetch-debian` has unpacked, with their libraries,
 * and PostgreSQL's, which Debian keeps out of the PATH.
 */
export function debianEnvironment(): Readonly<Record<string, string>> {
  const join = (folders: readonly string[], rest: string | undefined): string =>
    [...folders, ...(rest ? [rest] : [])].join(delimiter)
  const programs = globSync([
    '/usr/lib/postgresql/*/bin',
    `${unpacked}/usr/lib/postgresql/*/bin`,
    `${unpacked}/usr/bin`,
  ])
  const libraries = globSync([`${unpacked}/usr/lib/*-linux-gnu`, `${unpacked}/lib/*-linux-gnu`])
  return {
    PATH: join(programs, process.env['PATH']),
    LD_LIBRARY_PATH: join(libraries, process.env['LD_LIBRARY_PATH']),
  }
}
