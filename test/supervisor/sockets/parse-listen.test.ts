import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parseListen, parseListens } from '../../../src/supervisor/sockets/parse-listen.ts'

for (const [text, spec] of [
  ['http=0.0.0.0:8080', { name: 'http', host: '0.0.0.0', port: 8080 }],
  ['http=8080', { name: 'http', host: '', port: 8080 }],
  ['http=127.0.0.1:0', { name: 'http', host: '127.0.0.1', port: 0 }],
  ['http=[::]:8080', { name: 'http', host: '::', port: 8080 }],
  ['web_2-a.socket=[::1]:65535', { name: 'web_2-a.socket', host: '::1', port: 65_535 }],
  ['admin=unix:/run/x.sock', { name: 'admin', path: '/run/x.sock' }],
  ['admin=unix:/run/a=b:c.sock', { name: 'admin', path: '/run/a=b:c.sock' }],
  ['http', { name: 'http', from: 'systemd' }],
] as const) {
  test(`parseListen() reads ${text}`, () => assert.deepEqual(parseListen(text), spec))
}

for (const [text, problem] of [
  ['', /^got '', wanted a name of lower-case letters/],
  ['=8080', /^got '=8080', wanted a name/],
  ['8080:http', /^got '8080:http', wanted a name .* such as http=0\.0\.0\.0:8080/],
  ['HTTP=8080', /wanted a name of lower-case letters/],
  ['a:b=8080', /wanted a name/],
  ['http=', /^got 'http=', wanted an address such as/],
  ['http=0.0.0.0', /^got 'http=0\.0\.0\.0', wanted an address/],
  ['http=0.0.0.0:', /wanted an address/],
  ['http=0.0.0.0:http', /wanted an address/],
  ['http=-1', /wanted an address/],
  ['http=::1:8080', /wanted an address/],
  ['http=65536', /^the port of 'http' is 65536, wanted 0 \(any free one\) to 65535$/],
  ['http=localhost:8080', /^the host of 'http' is 'localhost', wanted an IP address/],
  ['http=1.2.3:80', /^the host of 'http' is '1\.2\.3'/],
  ['http=[1.2.3.4]:80', /^the host of 'http' is '1\.2\.3\.4'/],
  ['http=:8080', /^the host of 'http' is ''/],
  ['admin=unix:x.sock', /wanted an absolute path/],
  ['admin=unix:', /wanted an absolute path/],
  ['admin=unix:/run/', /cannot be the name of a socket file/],
  [`admin=unix:/${'x'.repeat(107)}`, /^the path of 'admin' has 108 bytes, wanted at most 10[37]/],
] as const) {
  test(`parseListen() refuses '${text.slice(0, 40)}'`, () => {
    const result = parseListen(text)
    assert.ok(typeof result === 'string')
    assert.match(result, problem)
  })
}

test('parseListens() collects all problems, and keeps what is right', () => {
  const { specs, problems } = parseListens(['http=8080', 'admin=', 'x=99999', 'more=8081'])
  assert.deepEqual(
    specs.map(({ name }) => name),
    ['http', 'more'],
  )
  assert.equal(problems.length, 2)
  for (const problem of problems) assert.match(problem, /^--listen: /)
})

test('parseListens() wants each name once', () => {
  const { problems } = parseListens(['http=8080', 'http=8081'])
  assert.deepEqual(problems, ["--listen: the name 'http' is given twice; give each socket a name of its own"])
})

for (const [one, other, clash] of [
  ['127.0.0.1:80', '127.0.0.1:80', true],
  ['80', '127.0.0.1:80', true],
  ['0.0.0.0:80', '127.0.0.1:80', true],
  ['127.0.0.1:80', '[::]:80', true],
  ['unix:/run/x', 'unix:/run/x', true],
  ['0.0.0.0:80', '[::1]:80', false],
  ['127.0.0.1:80', '127.0.0.2:80', false],
  ['127.0.0.1:80', '127.0.0.1:81', false],
  ['127.0.0.1:0', '127.0.0.1:0', false],
  ['unix:/run/x', 'unix:/run/y', false],
] as const) {
  test(`parseListens() ${clash ? 'refuses' : 'takes'} ${one} together with ${other}`, () => {
    const { problems } = parseListens([`a=${one}`, `b=${other}`])
    assert.equal(problems.length, clash ? 1 : 0)
    if (clash) assert.match(problems[0] ?? '', /'a' and 'b' have the same address/)
  })
}
