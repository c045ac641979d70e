import { FieldReader } from '../common/field-reader.js';

export const PUSH_FORMATS = ['xml', 'json'] as const;
export type PushFormat = (typeof PUSH_FORMATS)[number];
export const PUSH_MODES = ['plain', 'compatible', 'safe', 'unsigned'] as const;
export type PushMode = (typeof PUSH_MODES)[number];

/** The console's "message push" settings. */
export interface PushTargetOptions {
  url: string;
  /** Needed unless the mode is `unsigned`. */
  token?: string;
  /** 43 letters or digits; needed for the modes `compatible` and `safe`. @default none */
  encodingAesKey?: string;
  /** @default 'xml' */
  format?: PushFormat;
  /**
   * In clear, in both forms at once, or encrypted only (§7.2); `unsigned`: over the internal link of
   * WeChat Cloud Run, without signature (row 53).
   * @default 'safe' with an encodingAesKey, else 'plain'
   */
  mode?: PushMode;
}

export interface PushTarget extends PushTargetOptions {
  token: string;
  format: PushFormat;
  mode: PushMode;
}

export function readPush(item: unknown, path: string): PushTarget {
  const fields = new FieldReader(item, path).onlyKnown(['url', 'token', 'encodingAesKey', 'format', 'mode']);
  const url = fields.requiredText('url', /^https?:\/\/./, 'must be an http or https address');
  if (!URL.canParse(url)) fields.fail('url', 'must be an http or https address');
  const encodingAesKey = fields.text('encodingAesKey', /^[0-9a-zA-Z]{43}$/, 'must be 43 letters or digits');
  const mode = fields.oneOf('mode', PUSH_MODES) ?? (encodingAesKey === undefined ? 'plain' : 'safe');
  if ((mode === 'compatible' || mode === 'safe') && encodingAesKey === undefined)
    fields.fail('encodingAesKey', `is required for the mode ${mode}`);
  return {
    url,
    ...(encodingAesKey !== undefined && { encodingAesKey }),
    token:
      mode === 'unsigned'
        ? ''
        : fields.requiredText('token', /^[0-9a-zA-Z]{3,32}$/, 'must be 3 to 32 letters or digits'),
    format: fields.oneOf('format', PUSH_FORMATS) ?? 'xml',
    mode,
  };
}
