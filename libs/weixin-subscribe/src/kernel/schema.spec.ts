import 'reflect-metadata';
import { IsOptional, ValidateIf, ValidateNested } from 'class-validator';
import { Described, schemaOf } from './schema.js';
import {
  IsInsteadOf,
  IsObjects,
  IsOneOf,
  IsPlainObject,
  IsScene,
  IsText,
  IsUuid,
  IsWholes,
  Nested,
} from './validation.js';

class Inner {
  @IsText(1, 15)
  @Described('A name')
  name!: string;
}

class Base {
  @IsUuid()
  id!: string;
}

@Described('One of everything', { example: { id: 'x' } })
class Outer extends Base {
  @ValidateIf(({ purpose }) => purpose === undefined)
  @IsScene()
  scene?: number;

  @IsOptional()
  @IsInsteadOf('scene')
  @IsText(1, 128)
  purpose?: string;

  @IsOptional()
  @IsPlainObject()
  @ValidateNested()
  @Nested(() => Inner)
  @Described('Another')
  inner?: Inner;

  @IsObjects(1, 3)
  @ValidateNested({ each: true })
  @Nested(() => Inner)
  inners!: Inner[];

  @IsOneOf(['a', 'b'])
  word!: string;

  @IsWholes(2, 5, 0, 9)
  numbers!: number[];
}

const inner = {
  type: 'object',
  additionalProperties: false,
  required: ['name'],
  properties: { name: { type: 'string', minLength: 1, maxLength: 15, description: 'A name' } },
};

it('a rule is its own schema, and inheritance, nesting and options are those of the class', () => {
  const number = { type: 'integer', minimum: 0, maximum: 9 };
  expect(schemaOf(Outer)).toEqual({
    type: 'object',
    description: 'One of everything',
    example: { id: 'x' },
    additionalProperties: false,
    required: ['id', 'inners', 'word', 'numbers'],
    oneOf: [{ required: ['scene'] }, { required: ['purpose'] }],
    properties: {
      id: {
        type: 'string',
        format: 'uuid',
        pattern: '^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$',
      },
      scene: { type: 'integer', minimum: 0, maximum: 10_000, example: 42 },
      purpose: { type: 'string', minLength: 1, maxLength: 128, nullable: true },
      inner: { ...inner, description: 'Another', nullable: true },
      inners: { type: 'array', minItems: 1, maxItems: 3, items: inner },
      word: { type: 'string', enum: ['a', 'b'] },
      numbers: { type: 'array', minItems: 2, maxItems: 5, uniqueItems: true, items: number },
    },
  });
  expect(schemaOf(Base).properties).not.toHaveProperty('scene');
});
