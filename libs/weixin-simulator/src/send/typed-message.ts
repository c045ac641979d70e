import { isRefusal, type Refusal, refuse } from '../platform/errcodes.js';
import { areTexts, isObject, isOptional, type JsonObject, readBody } from './read-body.js';

/** The body of `subscribe/send` and `subscribe/bizsend`: types are right, values are not judged yet. */
export interface TypedMessage {
  touser: string | undefined;
  templateId: string | undefined;
  page: string | undefined;
  miniprogram: JsonObject | undefined;
  miniprogramState: string | undefined;
  lang: string | undefined;
  data: JsonObject;
}

/** Row 19, with the fields of §6.1 and §6.2; `miniprogram` is one of official accounts only. */
export function readTypedMessage(rawBody: Buffer): TypedMessage | Refusal {
  const read = readBody(rawBody);
  if (isRefusal(read)) return read;
  const { body } = read;
  if (!areTexts(body, 'touser', 'template_id', 'page', 'miniprogram_state', 'lang')) return refuse(47001);
  if (!isObject(body.data) || !isOptional(body.miniprogram, isObject)) return refuse(47001);
  const text = (name: string) => (body[name] ?? undefined) as string | undefined;
  return {
    ...{ touser: text('touser'), templateId: text('template_id'), page: text('page') },
    ...{ miniprogramState: text('miniprogram_state'), lang: text('lang') },
    miniprogram: (body.miniprogram ?? undefined) as JsonObject | undefined,
    data: body.data,
  };
}
