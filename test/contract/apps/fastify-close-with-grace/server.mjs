// Fastify 5 with close-with-grace, as that package's README shows it.
import { setTimeout } from 'node:timers/promises'
import closeWithGrace from 'close-with-grace'
import { fastify } from 'fastify'

const app = fastify()

app.get('/', async () => ({ hello: 'world' }))
app.get('/slow', async (request, reply) => {
  console.log('slow')
  reply.raw.on('finish', () => console.log('slow answered'))
  await setTimeout(2000)
  return { hello: 'at last' }
})
app.addHook('onClose', async () => console.log('cleanup: onClose'))

closeWithGrace(async ({ signal, err }) => {
  if (err) console.error(err)
  console.log(`cleanup: ${signal}`)
  await app.close()
})

await app.listen({ host: '127.0.0.1', port: Number(process.env.PORT || 3000) })
