import express, { type Request } from 'express'
import { blockUntilOpen, database, passGate } from '#parts'

export { database }
export const app = express()

const gateOf = ({ query }: Request): string => (query as { gate: string }).gate

app.get('/', (_, response) => {
  response.send('ok')
})
app.get('/slow', async (request, response) => {
  await passGate(gateOf(request))
  response.send(await database.query())
})
app.get('/stream', async (request, response) => {
  response.write('begun ')
  await passGate(gateOf(request))
  response.end(await database.query())
})
app.post('/echo', express.json(), (request, response) => {
  response.json(request.body)
})
app.get('/block', (request, response) => {
  blockUntilOpen(gateOf(request))
  response.send('ok')
})
