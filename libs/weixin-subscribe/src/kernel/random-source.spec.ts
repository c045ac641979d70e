import { CryptoRandomSource, firstIdAt } from './random-source.js';

const random = new CryptoRandomSource();
const MOMENT = Date.UTC(2026, 10, 29);

describe('an id', () => {
  it('is a UUID of version 7', () => {
    const ids = Array.from({ length: 200 }, () => random.id(MOMENT));
    for (const id of ids)
      expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    expect(new Set(ids).size).toBe(200);
  });

  it('begins with its moment', () => {
    expect(Number.parseInt(random.id(MOMENT).replace('-', '').slice(0, 12), 16)).toBe(MOMENT);
    expect(random.id(5)).toMatch(/^00000000-0005-7/);
  });

  it('stands between the first ids of its moment and of the next one', () => {
    const id = random.id(MOMENT);
    expect(firstIdAt(MOMENT) < id).toBe(true);
    expect(id < firstIdAt(MOMENT + 1)).toBe(true);
    expect(firstIdAt(-1)).toBe('00000000-0000-0000-0000-000000000000');
  });
});
