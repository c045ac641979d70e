/** The form of a page, as a browser reads it: where it goes, and what is filled in already. */
export interface HtmlForm {
  action: string;
  fields: Record<string, string>;
  /** The value of each button, by its name. */
  buttons: Record<string, string[]>;
}

const ENTITIES: Record<string, string> = { amp: '&', lt: '<', gt: '>', quot: '"', '#39': "'" };

/** Reads the first form that posts, to an address with `to` in it; `undefined` where there is none. */
export function readForm(html: string, to = ''): HtmlForm | undefined {
  const forms = [...html.matchAll(/<form\b([^>]*)>(.*?)<\/form>/gs)];
  const [, head, body] =
    forms.find(
      ([, tag]) => attribute(tag, 'method') === 'post' && attribute(tag, 'action')?.includes(to) !== false,
    ) ?? [];
  if (head === undefined || body === undefined) return undefined;
  const form: HtmlForm = { action: attribute(head, 'action') ?? '', fields: {}, buttons: {} };
  for (const [tag] of body.matchAll(/<input\b[^>]*>/g)) {
    form.fields[attribute(tag, 'name') ?? ''] = attribute(tag, 'value') ?? '';
  }
  for (const [, select, options] of body.matchAll(/<select\b([^>]*)>(.*?)<\/select>/gs)) {
    const all = [...options.matchAll(/<option\b[^>]*>/g)].map(([option]) => option);
    const chosen = all.find((option) => / selected\b/.test(option)) ?? all[0] ?? '';
    form.fields[attribute(select, 'name') ?? ''] = attribute(chosen, 'value') ?? '';
  }
  for (const [tag] of body.matchAll(/<button\b[^>]*>/g)) {
    const name = attribute(tag, 'name') ?? '';
    form.buttons[name] = [...(form.buttons[name] ?? []), attribute(tag, 'value') ?? ''];
  }
  return form;
}

function attribute(tag: string, name: string): string | undefined {
  const value = new RegExp(`\\s${name}="([^"]*)"`).exec(tag)?.[1];
  return value?.replace(/&(amp|lt|gt|quot|#39);/g, (_, entity: string) => ENTITIES[entity]);
}
