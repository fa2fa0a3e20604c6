// Koa as in its documentation (koajs.com): no word about signals.
const { setTimeout } = require('node:timers/promises')
const Koa = require('koa')

const app = new Koa()

app.use(async (ctx) => {
  if (ctx.path === '/slow') {
    console.log('slow')
    ctx.res.on('finish', () => console.log('slow answered'))
    await setTimeout(2000)
  }
  ctx.body = 'Hello World'
})

app.listen(process.env.PORT || 3000)
