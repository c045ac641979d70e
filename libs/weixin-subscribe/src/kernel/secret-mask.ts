const MASK = '[redacted]';
const MOST_LEVELS = 32;
/** A shorter piece of a secret gives nothing away, and ordinary words would be masked by it. */
const SHORTEST_PIECE = 10;
/**
 * Every piece of {@link SHORTEST_PIECE} characters contains a whole block of the secret, wherever it was cut.
 */
const BLOCK = 5;

/**
 * Masks secrets by their value: whole, or any piece of at least 10 characters, in either case, and as they
 * look in a query, in JSON and in base64. Names do not matter: a text that quotes an access_token bare is
 * masked, too.
 */
export class SecretMask {
  readonly #forms: readonly string[];
  readonly #shortest: number;

  constructor(secrets: readonly string[]) {
    const forms = secrets.filter((secret) => secret.length > 0).flatMap(formsOf);
    this.#forms = [...new Set(forms.map(lower))];
    this.#shortest = Math.min(SHORTEST_PIECE, ...this.#forms.map((form) => form.length));
  }

  mask(text: string): string {
    if (text.length < this.#shortest) return text;
    const isShort = text.length < SHORTEST_PIECE;
    const searched = lower(text);
    const found = this.#forms.flatMap((form) => {
      if (form.length < SHORTEST_PIECE) return whole(searched, form);
      return isShort ? [] : pieces(searched, form);
    });
    return found.length === 0 ? text : withMasks(text, found);
  }

  /**
   * The same for every text within a JSON value, names included. What is nested deeper than any answer that
   * is read is masked as a whole.
   */
  maskIn<T>(value: T): T {
    return this.within(value, MOST_LEVELS) as T;
  }

  private within(value: unknown, levels: number): unknown {
    if (typeof value === 'string') return this.mask(value);
    if (value === null || typeof value !== 'object') return value;
    if (levels === 0) return MASK;
    if (Array.isArray(value)) return value.map((item) => this.within(item, levels - 1));
    return Object.fromEntries(
      Object.entries(value).map(([name, item]) => [this.mask(name), this.within(item, levels - 1)]),
    );
  }
}

/** From and to, in characters of the text. */
type Span = [from: number, to: number];

function formsOf(secret: string): string[] {
  const bytes = Buffer.from(secret, 'utf8');
  // Base64 reads differently by where the secret begins among three bytes. What the bytes around it share is
  // left out.
  const encoded = [0, 1, 2].flatMap((before) => {
    const whole = Buffer.concat([Buffer.alloc(before), bytes]);
    const from = Math.ceil((8 * before) / 6);
    const to = Math.floor((8 * whole.length) / 6);
    return [whole.toString('base64').slice(from, to), whole.toString('base64url').slice(from, to)];
  });
  return [secret, encodeURIComponent(secret), JSON.stringify(secret).slice(1, -1), ...encoded].filter(
    (form, index) => index === 0 || form.length >= SHORTEST_PIECE,
  );
}

/** A secret shorter than a piece is masked whole only. */
function whole(searched: string, form: string): Span[] {
  const spans: Span[] = [];
  for (let at = searched.indexOf(form); at >= 0; at = searched.indexOf(form, at + form.length))
    spans.push([at, at + form.length]);
  return spans;
}

/** Wherever a block of the secret stands in the text, as much to both sides of it as is the secret, too. */
function pieces(searched: string, form: string): Span[] {
  const spans: Span[] = [];
  for (let block = 0; block + BLOCK <= form.length; block += BLOCK) {
    const wanted = form.slice(block, block + BLOCK);
    for (let at = searched.indexOf(wanted); at >= 0; at = searched.indexOf(wanted, at + 1)) {
      let before = 0;
      while (before < block && before < at && form[block - before - 1] === searched[at - before - 1])
        before++;
      let length = BLOCK;
      while (block + length < form.length && form[block + length] === searched[at + length]) length++;
      if (before + length >= SHORTEST_PIECE) spans.push([at - before, at + length]);
    }
  }
  return spans;
}

function withMasks(text: string, spans: Span[]): string {
  let masked = '';
  let end = 0;
  for (const [from, to] of spans.sort((a, b) => a[0] - b[0])) {
    if (from > end || masked === '') masked += `${text.slice(end, from)}${MASK}`;
    end = Math.max(end, to);
  }
  return masked + text.slice(end);
}

/** ASCII letters only, so that every character keeps its place. */
function lower(text: string): string {
  return text.replace(/[A-Z]+/g, (letters) => letters.toLowerCase());
}
