import { ServerCredentials } from '@grpc/grpc-js'
import { server } from './app.ts'

server.bindAsync(`0.0.0.0:${process.env['PORT']}`, ServerCredentials.createInsecure(), (error) => {
  if (error) throw error
})
