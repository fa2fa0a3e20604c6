import { readFileSync } from 'node:fs'
import { parse } from 'yaml'
import type { Table } from './markdown.ts'

/** One profile of charts/lastcall/files/profiles.yaml, which explains the fields. */
interface Profile {
  readonly hop: string
  readonly delaySeconds: number
  readonly leastDelaySeconds: number
  readonly minReadySeconds: number
  readonly why: string
  readonly keepAlive: string
  readonly gate?: string
  readonly healthCheck?: string
  readonly serviceAnnotations?: Readonly<Record<string, string>>
  readonly podAnnotations?: Readonly<Record<string, string>>
  readonly ingressAnnotations?: Readonly<Record<string, string>>
}

function profiles(): readonly (readonly [string, Profile])[] {
  const file = new URL('../../charts/lastcall/files/profiles.yaml', import.meta.url)
  return Object.entries(parse(readFileSync(file, 'utf8')) as Readonly<Record<string, Profile>>)
}

/** The numbers of every profile. */
export function profileNumbersTable(): Table {
  const rows = profiles().map(([name, profile]) => [
    `\`${name}\``,
    profile.hop,
    `${profile.delaySeconds}`,
    `${profile.leastDelaySeconds}`,
    profile.gate ? `${profile.minReadySeconds}, and a readiness gate` : `${profile.minReadySeconds}`,
  ])
  return [['`profile`', 'hop', 'preStop', 'least delay', '`minReadySeconds`'], ...rows]
}

/** Where the numbers of every profile come from, and what the server's own time-out has to be. */
export function profileSourcesTable(): Table {
  const rows = profiles().map(([name, { why, keepAlive }]) => [`\`${name}\``, why, keepAlive])
  return [['`profile`', 'source of the numbers', 'idle connections'], ...rows]
}

/** What every profile writes into the release, and what is left to the user. */
export function profileSettingsTable(): Table {
  const rows = profiles().flatMap(([name, profile]) =>
    Object.entries({
      'Service annotations': listed(profile.serviceAnnotations),
      'pod annotations': listed(profile.podAnnotations),
      'Ingress annotations': listed(profile.ingressAnnotations),
      'readiness gate': withCode(profile.gate),
      'health check': withCode(profile.healthCheck),
    }).flatMap(([where, what]) => (what ? [[`\`${name}\`: ${where}`, what]] : [])),
  )
  return [['`profile`', 'what'], ...rows]
}

function listed(annotations: Readonly<Record<string, string>> = {}): string {
  return Object.entries(annotations)
    .map(([key, value]) => `\`${key}: ${value.trim().replaceAll('\n', '; ')}\``)
    .join('<br>')
}

/** Names in angle brackets would be read as HTML. */
function withCode(text = ''): string {
  return text.replaceAll(/<(\w+)>/g, '`<$1>`')
}
