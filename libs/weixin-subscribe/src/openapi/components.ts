import { isDeepStrictEqual } from 'node:util';
import { type NamedSchema, type Schema, schemaOf } from '../kernel/schema.js';

const SERVICE_KEY = { type: 'http', scheme: 'bearer', description: 'A service key' };

/** The shared parts of the document, under names that the host has not taken. */
export class Components {
  /** Name of the security scheme of the routes behind a service key. */
  readonly serviceKey: string;
  private readonly schemas: Record<string, unknown>;
  private readonly securitySchemes: Record<string, unknown>;

  constructor({ schemas, securitySchemes }: { schemas?: object; securitySchemes?: object }) {
    this.schemas = { ...schemas };
    this.securitySchemes = { ...securitySchemes };
    this.serviceKey = this.keep(this.securitySchemes, 'serviceKey', SERVICE_KEY);
  }

  /** A reference to a named schema. */
  schema({ name, schema }: NamedSchema): Schema {
    return { $ref: `#/components/schemas/${this.keep(this.schemas, name, schema)}` };
  }

  /** A reference to the schema of a DTO, under the name of its class. */
  input(type: Parameters<typeof schemaOf>[0]): Schema {
    return this.schema({ name: type.name.replace(/Dto$/, ''), schema: schemaOf(type) });
  }

  written(): { schemas: object; securitySchemes: object } {
    return { schemas: this.schemas, securitySchemes: this.securitySchemes };
  }

  private keep(known: Record<string, unknown>, name: string, value: object): string {
    const free = [name, `Weixin${name[0].toUpperCase()}${name.slice(1)}`].find(
      (each) => !Object.hasOwn(known, each) || isDeepStrictEqual(known[each], value),
    );
    if (free === undefined) throw new Error(`two parts of the OpenAPI document are called Weixin${name}`);
    known[free] = value;
    return free;
  }
}
