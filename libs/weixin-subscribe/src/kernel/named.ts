/**
 * Gives a decorator the name that it is exported by: those that Nest makes are all called `decoratorFn`, in
 * every list and stack.
 */
export function named<T extends object>(name: string, decorator: T): T {
  return Object.defineProperty(decorator, 'name', { value: name, configurable: true });
}
