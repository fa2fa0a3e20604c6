// NestJS with `enableShutdownHooks()` (docs.nestjs.com, "Lifecycle events"), as the compiler leaves it: JavaScript has no decorators yet.
import 'reflect-metadata'
import { setTimeout } from 'node:timers/promises'
import { Controller, Get, Module } from '@nestjs/common'
import { NestFactory } from '@nestjs/core'

class AppController {
  hello() {
    return 'Hello World!'
  }

  async slow() {
    console.log('slow')
    await setTimeout(2000)
    console.log('slow answered')
    return 'Hello at last!'
  }

  onModuleDestroy() {
    console.log('cleanup: onModuleDestroy')
  }

  onApplicationShutdown(signal) {
    console.log(`onApplicationShutdown ${signal}`)
  }
}
const method = (name) => [
  AppController.prototype,
  name,
  Object.getOwnPropertyDescriptor(AppController.prototype, name),
]
Get()(...method('hello'))
Get('slow')(...method('slow'))
Controller()(AppController)

class AppModule {}
Module({ controllers: [AppController] })(AppModule)

const app = await NestFactory.create(AppModule)
app.enableShutdownHooks()
await app.listen(process.env.PORT ?? 3000)
