/**
 * Handles the rejection of a promise that no code awaits. Unhandled, it would end the process.
 * @param result the value that a function of the application returned; ignored unless it is a promise
 */
export function catchRejection(result: unknown, onError: (error: unknown) => void): void {
  if (typeof result === 'object' && result !== null) void Promise.resolve(result).then(undefined, onError)
}
