import { X509Certificate } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { isIP } from 'node:net'
import type { Command } from 'commander'
import type { Target } from '../load/sample.ts'
import type { TargetTls } from '../load/tls.ts'
import type { FlagReader, RawFlags } from './flag-reader.ts'

/** A URL to send requests to. */
export interface UrlTarget {
  readonly url: URL
  /** Its host is an address, or a name that has to be resolved. */
  readonly target: Target
}

const MAX_PORT = 65_535
/** The ConfigMap of a rollout's agent contains it, and holds at most 1 MiB. */
const MAX_CA_BYTES = 256 * 1024

/** Adds the TLS flags. */
export function addTlsFlags(command: Command): Command {
  return command
    .option(
      '--ca <file>',
      'certificates of the authorities to trust with an https URL, also of --jobs-url; PEM (default: public ones)',
    )
    .option('--insecure', 'accept any certificate')
}

/**
 * Reads `--url` and the TLS flags. Returns undefined without a usable URL; an unusable one adds a problem.
 */
export function readUrlTarget(reader: FlagReader, raw: RawFlags): UrlTarget | undefined {
  if (!reader.has('url')) {
    reader.problems.push('--url: is missing; name one such as http://shop:3000 or https://shop.example')
    return undefined
  }
  const text = reader.text('url', '')
  const url = URL.canParse(text) ? new URL(text) : undefined
  if (!url || !['http:', 'https:'].includes(url.protocol)) {
    reader.problems.push(`--url: got '${text}', wanted one such as http://shop:3000 or https://shop.example`)
    return undefined
  }
  if (url.username !== '' || url.password !== '') {
    reader.problems.push("--url: contains a password; pass --header 'Authorization: Basic …' instead")
  }
  const isTls = url.protocol === 'https:'
  const port = Number(url.port || (isTls ? 443 : 80))
  const host = url.hostname.replace(/^\[|\]$/g, '')
  const http2Port = reader.integer('http2-port', isTls ? port : Math.min(port + 1, MAX_PORT), [1, MAX_PORT])
  const tls = readTls(reader, raw, host)
  if (isTls) return { url, target: { host, port, http2Port, tls } }
  refuseTls(reader, raw)
  return { url, target: { host, port, http2Port } }
}

/** Refuses TLS flags that have no effect, because neither the load nor its jobs go to an https URL. */
export function refuseTls(reader: FlagReader, raw: RawFlags): void {
  if (reader.text('jobs-url', '').startsWith('https:')) return
  for (const flag of ['ca', 'insecure']) {
    if (raw[flag] !== undefined && raw[flag] !== false)
      reader.problems.push(`--${flag}: needs a --url or --jobs-url that begins with https://`)
  }
}

/** Reads the TLS flags for an https URL with this host. */
export function readTls(reader: FlagReader, raw: RawFlags, host: string): TargetTls {
  const insecure = raw['insecure'] === true
  const ca = reader.has('ca') ? readCa(reader) : undefined
  if (ca !== undefined && insecure) {
    reader.problems.push('--insecure: accepts any certificate, so --ca has no effect; leave one of them out')
  }
  return { insecure, ...(isIP(host) === 0 && { servername: host }), ...(ca !== undefined && { ca }) }
}

function readCa(reader: FlagReader): string | undefined {
  const file = reader.text('ca', '')
  try {
    const text = readFileSync(file, 'utf8')
    const blocks = text.match(/-----BEGIN CERTIFICATE-----[^]*?-----END CERTIFICATE-----/g) ?? []
    for (const block of blocks) new X509Certificate(block)
    if (blocks.length > 0 && text.length <= MAX_CA_BYTES) return text
    reader.problems.push(
      blocks.length === 0
        ? `--ca: '${file}' has no certificate in it, wanted PEM`
        : `--ca: '${file}' has ${text.length} bytes, wanted at most ${MAX_CA_BYTES}; name the one authority`,
    )
  } catch (error) {
    reader.problems.push(`--ca: '${file}' cannot be read (${(error as Error).message})`)
  }
  return undefined
}
