/**
 * As many modules, providers and routes as the library has, with nothing in them: what Nest itself takes to
 * register them. Counted in an application with the default options.
 */
import 'reflect-metadata';
import {
  Body,
  Controller,
  Get,
  Injectable,
  Module,
  Param,
  Post,
  UseFilters,
  UseGuards,
} from '@nestjs/common';

const MODULES = 24;
const PROVIDERS_OF_EACH = 9;
const DEPENDENCIES = 3;
const CONTROLLERS = 18;

const decorate = (target, ...decorators) => {
  Reflect.decorate(decorators, target);
  return target;
};
const injectable = (dependencies, target) =>
  decorate(target, Injectable(), Reflect.metadata('design:paramtypes', dependencies));

class Guard {
  canActivate() {
    return true;
  }
}
class Filter {
  catch() {}
}
decorate(Guard, Injectable());
decorate(Filter, Injectable());

export function emptyModule() {
  const modules = [];
  for (let n = 0; n < MODULES; n++) {
    const providers = [];
    for (let i = 0; i < PROVIDERS_OF_EACH; i++) {
      const known = [...(modules.at(-1)?.providers ?? []), ...providers];
      providers.push(injectable(known.slice(-DEPENDENCIES), emptyProvider()));
    }
    modules.push({
      module: decorate(class EmptyModule {}, Module({})),
      imports: modules.slice(-6),
      providers,
      exports: providers,
    });
  }
  const controllers = Array.from({ length: CONTROLLERS }, (_, n) => emptyController(n, modules[n].providers));
  return { module: decorate(class RootModule {}, Module({})), imports: modules, controllers };
}

function emptyProvider() {
  return class EmptyProvider {
    one() {}
    two() {}
    three() {}
    four() {}
    five() {}
    six() {}
    seven() {}
    eight() {}
  };
}

/** Four routes of two parameters, behind a guard and a filter. */
function emptyController(n, [one, other]) {
  class EmptyController {
    one() {}
    two() {}
    three() {}
    four() {}
  }
  for (const [i, name] of ['one', 'two', 'three', 'four'].entries()) {
    const method = Object.getOwnPropertyDescriptor(EmptyController.prototype, name);
    Reflect.defineMetadata('design:paramtypes', [Object, Object], EmptyController.prototype, name);
    Param('id')(EmptyController.prototype, name, 0);
    Body()(EmptyController.prototype, name, 1);
    const route = i % 2 === 0 ? Get : Post;
    route(`empty-${n}/:id/${name}`)(EmptyController.prototype, name, method);
  }
  injectable([one, other], EmptyController);
  return decorate(EmptyController, UseGuards(Guard), UseFilters(Filter), Controller('empty'));
}
