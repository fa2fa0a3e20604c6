// A reverse proxy for HTTP and WebSockets, as the READMEs of http-proxy, http-proxy-3 and httpxy have it.
import http from 'node:http'

const target = process.env.TARGET
const library = await import(process.env.PROXY)
const { createProxyServer, proxyUpgrade } = library.createProxyServer ? library : library.default
const proxy = createProxyServer({ target })
proxy.on?.('error', (error) => console.log(`error ${error.code}`))

const server = http.createServer((req, res) => void proxy.web(req, res))
server.on('upgrade', (req, socket, head) => {
  if (proxyUpgrade)
    proxyUpgrade(target, req, socket, head).catch((error) => console.log(`error ${error.code}`))
  else proxy.ws(req, socket, head)
})
server.listen(0, () => console.log(`listening ${server.address().port}`))
