// Decorators are called as functions: the type check of the repository does not know NestJS' own.
import type { ServerResponse } from 'node:http'
import { Body, Controller, Get, Module, Post, Query, Res } from '@nestjs/common'
import { blockUntilOpen, database, passGate } from '#parts'

class AppController {
  hello(): string {
    return 'ok'
  }

  async slow(gate: string): Promise<string> {
    await passGate(gate)
    return database.query()
  }

  async stream(response: ServerResponse, gate: string): Promise<void> {
    response.write('begun ')
    await passGate(gate)
    response.end(await database.query())
  }

  echo(body: object): object {
    return body
  }

  block(gate: string): string {
    blockUntilOpen(gate)
    return 'ok'
  }

  async onModuleInit(): Promise<void> {
    await database.connect()
  }

  async onModuleDestroy(): Promise<void> {
    await database.end()
  }
}

function decorate(name: keyof AppController, decorator: MethodDecorator): void {
  const descriptor = Object.getOwnPropertyDescriptor(AppController.prototype, name)
  if (descriptor) decorator(AppController.prototype, name, descriptor)
}
decorate('hello', Get())
decorate('slow', Get('slow'))
decorate('stream', Get('stream'))
decorate('echo', Post('echo'))
decorate('block', Get('block'))
Query('gate')(AppController.prototype, 'slow', 0)
Res()(AppController.prototype, 'stream', 0)
Query('gate')(AppController.prototype, 'stream', 1)
Body()(AppController.prototype, 'echo', 0)
Query('gate')(AppController.prototype, 'block', 0)
Controller()(AppController)

export class AppModule {}
Module({ controllers: [AppController] })(AppModule)
