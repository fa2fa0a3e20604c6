/** An old release of a package that an integration works with, and a program that uses both. */
export interface Partner {
  readonly integration: string
  /** What is installed. */
  readonly spec: string
  /** Runs behind the import of `createLifecycle`; throws, or says that it works. */
  readonly program: string
}

/** The old releases that ordinary applications have. */
export const partners: readonly Partner[] = [
  {
    integration: 'lastcall/fastify',
    spec: 'fastify@4',
    program: `
      const { default: fastify } = await import('fastify')
      const { lastcall } = await import('lastcall/fastify')
      await fastify().register(lastcall, { lifecycle })`,
  },
  {
    integration: 'lastcall/terminus',
    spec: '@godaddy/terminus@4.11',
    program: `
      await import('@godaddy/terminus')
      const { terminusOptions } = await import('lastcall/terminus')
      terminusOptions(lifecycle)`,
  },
  {
    integration: 'lastcall/opentelemetry',
    spec: '@opentelemetry/api@1.8',
    program: `
      const { metrics } = await import('@opentelemetry/api')
      const { observeMetrics } = await import('lastcall/opentelemetry')
      observeMetrics(lifecycle, { meter: metrics.getMeter('lastcall') })`,
  },
  {
    integration: 'lastcall/prom-client',
    spec: 'prom-client@14',
    program: `
      const { register } = await import('prom-client')
      const { collectMetrics } = await import('lastcall/prom-client')
      collectMetrics(lifecycle, { register, path: false })
      if (!(await register.metrics()).includes('lastcall_state{state="starting"} 1')) throw new Error('no metrics')`,
  },
]

/** A module that runs the program of a partner and prints one line: `works`, or code and sentence. */
export function partnerModule({ program }: Partner): string {
  return `import { createLifecycle } from 'lastcall'
const lifecycle = createLifecycle({ probePort: false, logger: false, signals: [] })
try {${program}
  console.log('works')
} catch (error) {
  console.log(\`\${error.code ?? error.name}: \${error.problems?.join(' ') ?? error.message}\`)
}
process.exit()
`
}
