import type { ListenSpec } from '../supervisor/options.ts'
import type { FlagReader, RawFlags } from './flag-reader.ts'

/** Whether `--reuse-port` is set. Refuses what cannot work with it. */
export function readReusePort(raw: RawFlags, reader: FlagReader, listen: readonly ListenSpec[]): boolean {
  const { problems } = reader
  if (raw['reusePort'] !== true) {
    if (raw['lossy'] === true)
      problems.push('--lossy has no meaning without --reuse-port; leave it out, or add --reuse-port')
    return false
  }
  if (reader.list('listen').length === 0)
    problems.push('--reuse-port: no port is named; add --listen http=0.0.0.0:8080, with its address')
  for (const spec of listen) {
    const problem = describeUnfit(spec)
    if (problem !== null) problems.push(`--reuse-port: '${spec.name}' ${problem}, or leave out --reuse-port`)
  }
  if (reader.text('ready', 'lastcall') !== 'lastcall')
    problems.push(
      '--reuse-port: needs lastcall in the program, which then binds the port; leave out --ready. ' +
        'A program that sets SO_REUSEPORT by itself needs neither --reuse-port nor --listen',
    )
  return true
}

function describeUnfit(spec: ListenSpec): string | null {
  if ('path' in spec) return 'is a unix socket, and only a TCP port can be bound twice; give it a port'
  if ('port' in spec) return null
  return (
    'is bound by systemd, and generations bind by themselves; ' +
    `write its address (--listen ${spec.name}=8080) and stop the socket unit`
  )
}
