/**
 * Which form id or prepay id a grant was given with, as its source says it: `form-id:<appId>:<id>`,
 * `prepay-id:<appId>:<id>#<use>`.
 */
const SOURCE = /^(?:form-id|prepay-id):[\w-]+:([\w-]+)(?:#\d)?$/;

/** A form submit is one use, a payment three (docs/platform.md §5). */
export function formIdSources({ appId, formId, prepayId }: FormIdKey): string[] {
  return prepayId === undefined
    ? [`form-id:${appId}:${formId}`]
    : [1, 2, 3].map((use) => `prepay-id:${appId}:${prepayId}#${use}`);
}

export interface FormIdKey {
  appId: string;
  formId?: string;
  prepayId?: string;
}

/** `undefined`: it is the source of another kind of grant. */
export function formIdOf(source: string): string | undefined {
  return SOURCE.exec(source)?.[1];
}
