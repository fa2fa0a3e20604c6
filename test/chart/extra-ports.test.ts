import assert from 'node:assert/strict'

import { chartSuite, ofKind, refusal, renderChart, test } from './helm.ts'
import { containerOf, type Deployment } from './manifest.ts'

chartSuite('extraPorts', () => {
  test('each is a port of the container and, by its name, of the Service', async () => {
    const extraPorts = [
      { name: 'h2c', port: 3_001, appProtocol: 'kubernetes.io/h2c' },
      { name: 'admin', port: 4_000, servicePort: 81 },
    ]
    const manifests = await renderChart({ extraPorts })
    const ports = containerOf(ofKind<Deployment>(manifests, 'Deployment'))['ports'] as readonly unknown[]
    assert.deepEqual(ports.slice(2), [
      { name: 'h2c', containerPort: 3_001, protocol: 'TCP' },
      { name: 'admin', containerPort: 4_000, protocol: 'TCP' },
    ])
    assert.deepEqual((ofKind(manifests, 'Service').spec['ports'] as readonly unknown[]).slice(1), [
      { name: 'h2c', port: 3_001, targetPort: 'h2c', protocol: 'TCP', appProtocol: 'kubernetes.io/h2c' },
      { name: 'admin', port: 81, targetPort: 'admin', protocol: 'TCP' },
    ])
  })

  test('a name or a port that is taken is refused, all of them in one message', async () => {
    const message = await refusal({
      extraPorts: [
        { name: 'probes', port: 3_001 },
        { name: 'a', port: 8_081, servicePort: 80 },
        { name: 'b', port: 3_001 },
      ],
    })
    assert.match(message, /the name probes is taken/)
    assert.match(message, /a is port 8081, which another port of the container is already/)
    assert.match(message, /a is port 80 of the Service.*set its servicePort/)
    assert.match(message, /b is port 3001, which another port of the container/)
  })
})
