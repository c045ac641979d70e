import type { Type } from '@nestjs/common';

/**
 * A subclass for one instance of the module: guards, versions and exemptions are written on the class, and
 * would otherwise reach the other applications of the process.
 */
export function ownOf(controller: Type): Type {
  return { [controller.name]: class extends controller {} }[controller.name];
}
