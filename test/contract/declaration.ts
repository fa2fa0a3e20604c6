import type { ProgramDeclaration } from './program.ts'

/** A server under test. To add one: this, in a file `<name>.test.ts`, a page with its program, and a folder of `servers` with its application. */
export interface ServerDeclaration extends ProgramDeclaration {
  /** What its clients may speak. HTTP/1 alone, when left out */
  readonly protocols?: readonly ('http1' | 'http2')[]
  readonly isSecure?: boolean
  /** Whether a start that has begun has to come to its end before anything can be closed. */
  readonly finishesStart?: boolean
  /** Whether the port is open before the application has started, so that there is no start to end. */
  readonly listensFirst?: boolean
}
