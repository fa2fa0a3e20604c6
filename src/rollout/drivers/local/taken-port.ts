// Node prints the name of the error, other runtimes print its text; most name the port as the last number.
const complaint = /EADDRINUSE|address already in use/i
const lastPort = /:(\d+)\b\D*$/

/** What a program that could not listen said about it. */
export interface TakenPort {
  /** Undefined where it did not say which. */
  readonly port: number | undefined
}

/** Finds in the output of a program that it could not listen, because its port was taken. */
export function findTakenPort(output: readonly string[]): TakenPort | undefined {
  const line = output.find((text) => complaint.test(text))
  if (line === undefined) return undefined
  const port = lastPort.exec(line)?.[1]
  return { port: port === undefined ? undefined : Number(port) }
}
