import { createLightship } from 'lightship'

// Its time-outs are for beacons and handlers, none is for connections.
export const graceOption = null

export async function setUp(server, _options, cleanUp) {
  const lightship = await createLightship({ shutdownDelay: 1_000 })
  lightship.registerShutdownHandler(() => {
    server.close()
  })
  lightship.registerShutdownHandler(cleanUp)
  server.once('listening', () => lightship.signalReady())
}
