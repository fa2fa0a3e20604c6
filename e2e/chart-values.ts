/** A port of HTTP/2 without TLS. */
export const h2c: readonly string[] = ['name=h2c', 'port=3001', 'appProtocol=kubernetes.io/h2c'].map(
  (part) => `extraPorts[0].${part}`,
)
/** No preStop sleep. */
export const noHook: string = 'lifecycle.preStop.mode=none'
/** Nothing waits before the listener closes. */
export const noPreStop: readonly string[] = [
  noHook,
  'lifecycle.shutdownDelaySeconds=0',
  'lifecycle.acceptLoss=true',
  'minReadySeconds=1',
]
