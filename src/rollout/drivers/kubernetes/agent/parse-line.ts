import type { AgentLine, AgentMessage } from './protocol.ts'

/** Required fields of each type, with their `typeof`. */
const shapes: Readonly<Record<AgentMessage['type'], Readonly<Record<string, string>>>> = {
  hello: { version: 'string', node: 'string' },
  alive: {},
  observing: {},
  pod: { change: 'string', pod: 'object' },
  endpoint: { address: 'string', pod: 'string', ready: 'boolean', gone: 'boolean' },
  event: { reason: 'string', about: 'string', message: 'string' },
  listener: { pod: 'string', state: 'string' },
  readiness: { pod: 'string', passes: 'boolean' },
  metrics: { uid: 'string', scrape: 'object' },
  gap: { watch: 'string', fromMs: 'number', lost: 'boolean' },
  'self-test': { command: 'number', changes: 'object', problems: 'object' },
  clock: { command: 'number' },
  'load-started': { command: 'number' },
  load: { part: 'object' },
  progress: { what: 'string' },
  run: { events: 'number', facts: 'object' },
  verdict: { outcome: 'string', exitCode: 'number', sentence: 'string' },
  end: {},
  broken: { problem: 'string' },
}

/**
 * Parses one line of the agent's log; undefined for a foreign line, such as a warning of Node.
 * @throws Error that quotes the line and says what is wrong with it
 */
export function parseAgentLine(text: string): AgentLine | undefined {
  if (!text.startsWith('{')) return undefined
  const line = parse(text)
  const { type } = line
  const shape = shapes[type as AgentMessage['type']]
  if (shape === undefined) throw broken(text, `there is no type '${String(type)}'`)
  for (const [member, wanted] of Object.entries({ n: 'number', at: 'number', ...shape })) {
    const value = line[member]
    if (typeof value !== wanted || value === null) {
      throw broken(text, `'${member}' is ${value === null ? 'null' : typeof value}, wanted ${wanted}`)
    }
  }
  return line as unknown as AgentLine
}

function parse(text: string): Readonly<Record<string, unknown>> {
  try {
    return JSON.parse(text) as Record<string, unknown>
  } catch {
    throw broken(text, 'it is not JSON')
  }
}

const SHOWN = 200

function broken(text: string, why: string): Error {
  const shown = text.length > SHOWN ? `${text.slice(0, SHOWN)}…` : text
  return new Error(`the agent wrote a line that cannot be read, ${why}: ${shown}`)
}
