// Express 5 behind the compression middleware (expressjs.com, "compression", as Next.js bundles it), with the event stream of its README.
const express = require('express')
const compression = require('next/dist/compiled/compression')

const app = express()
app.use(compression())

app.get('/', (req, res) => {
  res.send('Hello World!')
})

app.get('/events', (req, res) => {
  res.setHeader('Content-Type', 'text/event-stream')
  res.setHeader('Cache-Control', 'no-cache')
  let id = 0
  const timer = setInterval(() => {
    res.write(`id: ${++id}\ndata: event\n\n`)
    res.flush()
    console.log(`event ${id}`)
  }, 10)
  res.on('close', () => clearInterval(timer))
})

app.listen(process.env.PORT || 3000)
