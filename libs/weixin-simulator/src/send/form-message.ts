import { isRefusal, type Refusal, refuse } from '../platform/errcodes.js';
import { areTexts, isObject, isOptional, readBody } from './read-body.js';

/** The body of `wxopen/template/send`: types are right, values are not judged yet. */
export interface FormMessage {
  touser: string | undefined;
  templateId: string | undefined;
  page: string | undefined;
  formId: string | undefined;
  emphasisKeyword: string | undefined;
  data: Record<string, { value: string; color?: string }>;
}

/** Row 19, with the fields of §5; without `data`, or with empty values, an empty template is sent. */
export function readFormMessage(rawBody: Buffer): FormMessage | Refusal {
  const read = readBody(rawBody);
  if (isRefusal(read)) return read;
  const { body } = read;
  if (!areTexts(body, 'touser', 'template_id', 'page', 'form_id', 'emphasis_keyword')) return refuse(47001);
  if (!isOptional(body.data, isKeywords)) return refuse(47001);
  const text = (name: string) => (body[name] ?? undefined) as string | undefined;
  return {
    ...{ touser: text('touser'), templateId: text('template_id'), page: text('page') },
    ...{ formId: text('form_id'), emphasisKeyword: text('emphasis_keyword') },
    data: (body.data ?? {}) as FormMessage['data'],
  };
}

function isKeywords(data: unknown): boolean {
  return (
    isObject(data) && Object.values(data).every((each) => isObject(each) && areTexts(each, 'value', 'color'))
  );
}
