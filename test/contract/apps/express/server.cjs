// Express 5 with the graceful shutdown of its documentation (expressjs.com, "Health checks and graceful shutdown").
const express = require('express')

const app = express()
const port = process.env.PORT || 3000

app.get('/', (req, res) => {
  res.send('Hello World!')
})

app.get('/slow', (req, res) => {
  console.log('slow')
  res.on('finish', () => console.log('slow answered'))
  setTimeout(() => res.send('Hello at last!'), 2000)
})

const server = app.listen(port)

process.on('SIGTERM', () => {
  console.log('cleanup: SIGTERM signal received: closing HTTP server')
  server.close(() => {
    console.log('HTTP server closed')
  })
})
