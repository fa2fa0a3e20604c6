/**
 * Hears of the rejection of a promise that nothing waits for: unheard, it would end the process.
 * @param result what a function of the application's returned; anything that is no promise is left alone
 */
export function catchRejection(result: unknown, onError: (error: unknown) => void): void {
  if (typeof result === 'object' && result !== null) void Promise.resolve(result).then(undefined, onError)
}
