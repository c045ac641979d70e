import fc from 'fast-check';
import { checkKeywordValue, KEYWORD_TYPES } from 'nestjs-weixin-subscribe';
import { MADE_TYPES, MADE_VALUES, madeValue } from '../support/keyword-values.js';

describe('values of keywords', () => {
  it('are made for every type', () => {
    expect(new Set(MADE_TYPES)).toEqual(new Set(KEYWORD_TYPES));
  });

  it.each(MADE_TYPES)('of type %s are judged as they were made', (type) => {
    fc.assert(
      fc.property(madeValue(type), ({ key, value, fits }) => {
        expect(checkKeywordValue(key, value) === undefined).toBe(fits);
      }),
      { numRuns: MADE_VALUES },
    );
  });
});
