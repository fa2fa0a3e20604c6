/** Where the program of a server is. */
export interface ProgramDeclaration {
  readonly name: string
  /** The page of docs/guides whose code is run. */
  readonly guide: string
  /** Name of the program, as the first line of its block says it. `server.ts` */
  readonly program?: string
  /** What the page says may be left out of the program, and is. */
  readonly leaveOut?: string
  /**
   * Whether the program runs beside the files that the page shows, instead of an application of `servers`.
   */
  readonly asShown?: boolean
  /**
   * Whether the program is compiled to CommonJS first, with the configuration that `nest new` of NestJS 11
   * writes.
   */
  readonly isCompiled?: boolean
  /** Folder that it is started in. That of its files */
  readonly cwd?: string
  /** Folder of `servers` with the application that the program imports. The server's name */
  readonly app?: string
  /**
   * A command of the guide that is run in a folder, for a server that is built and not written. Instead of
   * `program` and `app`.
   */
  readonly command?: { readonly beginsWith: string; readonly cwd: string }
}

/**
 * A server under test. To add one: this, in a file `<name>.test.ts`, a page with its program, and a folder of
 * `servers` with its application.
 */
export interface ServerDeclaration extends ProgramDeclaration {
  /** What its clients may speak. HTTP/1 alone, when left out */
  readonly protocols?: readonly ('http1' | 'http2')[]
  readonly isSecure?: boolean
  /** Whether a start that has begun has to come to its end before anything can be closed. */
  readonly finishesStart?: boolean
  /** Whether the port is open before the application has started, so that there is no start to end. */
  readonly listensFirst?: boolean
}
