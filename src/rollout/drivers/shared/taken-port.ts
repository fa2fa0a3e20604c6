// Node prints the error's name, other runtimes print its text. Most print the port as the last number.
const complaint = /EADDRINUSE|address already in use/i
const lastPort = /:(\d+)\b\D*$/

/** What a program printed when its port was taken. */
export interface TakenPort {
  /** Undefined if the program did not print it. */
  readonly port: number | undefined
}

/** Searches the output of a program for the message that its port was taken. */
export function findTakenPort(output: readonly string[]): TakenPort | undefined {
  const line = output.find((text) => complaint.test(text))
  if (line === undefined) return undefined
  const port = lastPort.exec(line)?.[1]
  return { port: port === undefined ? undefined : Number(port) }
}
