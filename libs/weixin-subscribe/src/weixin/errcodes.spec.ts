import { ERRCODE_TABLE, type ErrcodeClass, type ErrcodeContext, errcodeFacts } from './errcodes.js';

// Copied by hand from the fact sheet on the platform, on purpose: the table is checked against it, not
// against itself.
const CODES_OF_THE_FACT_SHEET: Record<string, number[]> = {
  'send, §3.7': [
    0, -1, 40001, 40003, 40013, 40014, 40036, 40037, 40039, 40062, 40164, 40165, 40166, 41001, 42001, 42007,
    43001, 43002, 43003, 43004, 43101, 43107, 43108, 44002, 45002, 45009, 45011, 45028, 45047, 45168, 47001,
    47003, 48001, 48002, 48004, 50002, 50005, 61004, 61007, 61023,
  ],
  'Cloud Run, §16.5': [41001, 42001, 48001, 85105, 85112],
  'token endpoints, §4.3': [
    -1, 40001, 40002, 40013, 40125, 40164, 40243, 41002, 41004, 43002, 45009, 45011, 50004, 50007, 89501,
    89503, 89506, 89507,
  ],
  'supporting endpoints, §4.6': [
    0, -1, 40013, 40201, 40202, 40203, 41002, 41004, 48006, 76001, 76002, 76003, 76004, 76021, 76022,
  ],
  'mini-program template message, §5': [40037, 41028, 41029, 41030, 45009],
  'mini-program subscription message, §6.1': [
    20001, 40001, 40003, 40014, 40037, 41030, 43101, 43107, 43108, 45168, 47003,
  ],
  'service-account notification and template management, §6.2': [
    -1, 404, 20001, 20002, 40001, 40037, 40400, 43101, 48001, 200001, 200002, 200011, 200012, 200013, 200014,
    200016, 200017, 200018, 200019, 200020, 200021, 200022, 200100,
  ],
  'rules of operation, §8': [-1, 43003, 43101, 45011, 48017],
  'API security, §13.4': [
    40230, 40231, 40232, 40233, 40234, 40235, 40236, 40237, 40238, 40239, 40240, 934011,
  ],
  'who a person is, §14.4': [40029, 40163, 40226, 41008, 42003],
  'service cards, §15.5': [
    85431, 85433, 85434, 85435, 85436, 85437, 85438, 85439, 85440, 85441, 85442, 85443, 85444, 85445, 85446,
    85447, 85448, 85449, 85461, 85462, 85470, 85471,
  ],
  'third-party platform, §16.4': [41018, 41021, 42006, 61003, 61005, 61006, 61009, 61010, 61011],
  'class table, §10': [
    0, -1, 20001, 40001, 40002, 40003, 40008, 40013, 40014, 40033, 40036, 40037, 40039, 40062, 40066, 40125,
    40164, 40165, 40166, 40243, 41001, 41002, 41004, 41009, 41028, 41029, 41030, 42001, 42007, 43001, 43002,
    43003, 43004, 43101, 43107, 43108, 43116, 44002, 45002, 45003, 45009, 45011, 45028, 45047, 45168, 47001,
    47003, 48001, 48002, 48004, 48006, 48017, 49003, 50001, 50002, 50004, 50005, 50007, 61004, 61007, 61023,
    89503, 89506, 89507, 200001,
  ],
};

// §10, row by row, then the codes it does not class: known texts without a rule stay `unknown-code`.
const CLASS_ON_AN_API_CALL: Record<ErrcodeClass, number[]> = {
  ok: [0],
  'retry-later': [-1, 40240, 43108, 45011, 20001, 200001, 85431, 85448, 85449],
  'refresh-token-and-retry': [40001, 40014, 42001, 42006],
  quota: [45009, 48006],
  'invalid-request': [
    40003, 40008, 40033, 40036, 40037, 40039, 40062, 40066, 40165, 40166, 41001, 41009, 41030, 43001, 43002,
    43003, 44002, 45002, 45003, 45168, 47001, 47003, 49003,
    // not classed by §10: our own parameters of supporting and template-management calls
    40201, 40202, 40203, 41002, 41004, 76001, 76002, 76003, 76004, 76021, 76022, 200012, 200013, 200014,
    200016, 200017, 200018, 200019, 200020, 200021, 200022,
    // §13.4 and §14.4
    40230, 40231, 40232, 40029, 40163, 40226, 41008, 42003,
    // §15.5
    85433, 85434, 85435, 85437, 85438, 85439, 85440, 85441, 85442, 85443, 85444, 85445, 85446, 85447, 85470,
    85471,
    // §16.4
    41018, 41021, 61009, 61010,
  ],
  'recipient-refused-or-no-grant': [43101, 43004, 48002, 50005, 41028, 41029],
  'account-misconfigured': [
    40013, 40164, 43107, 43116, 48001, 48004, 48017, 50001, 50002, 61004, 61007, 61023, 40002, 40125, 40243,
    50004, 50007, 89503, 89506, 89507,
    // not classed by §10
    89501, 200011, 200100,
    // §13.4
    40233, 40234, 40235, 40236, 40237, 40238, 40239, 934011,
    // §16.5
    85105, 85112,
    // §15.5
    85436, 85461, 85462,
    // §16.4
    61003, 61005, 61006, 61011,
  ],
  'unknown-code': [404, 20002, 40400, 42007, 45028, 45047, 200002],
};

const CLASS_ON_A_TOKEN_ENDPOINT: [ErrcodeClass, number[]][] = [
  ['retry-later', [-1, 45011]],
  ['quota', [45009]],
  ['invalid-request', [43002]],
  [
    'account-misconfigured',
    [40001, 40002, 40013, 40125, 40164, 40243, 41002, 41004, 50004, 50007, 89501, 89503, 89506, 89507],
  ],
  ['unknown-code', [40014, 42001, 42006]],
];

const codesOf = (rows: Record<string, number[]>) => new Set(Object.values(rows).flat());

describe('the errcode table', () => {
  it.each(Object.entries(CODES_OF_THE_FACT_SHEET))('holds every code named for %s', (_section, codes) => {
    const known = new Set(ERRCODE_TABLE.map((row) => row.errcode));
    expect(codes.filter((code) => !known.has(code))).toEqual([]);
  });

  it('holds nothing that the fact sheet does not name', () => {
    const named = codesOf(CODES_OF_THE_FACT_SHEET);
    expect(ERRCODE_TABLE.map((row) => row.errcode).filter((code) => !named.has(code))).toEqual([]);
  });

  it('names no code twice for the same place', () => {
    const places = ERRCODE_TABLE.map((row) => `${row.errcode} ${row.only ?? 'any'}`);
    expect(places.filter((place, index) => places.indexOf(place) !== index)).toEqual([]);
  });

  it.each(ERRCODE_TABLE.map((row) => [`${row.errcode} ${row.only ?? ''}`, row] as const))(
    'says in both languages what %s means and what to do',
    (_name, { meaning, remedy }) => {
      for (const text of [meaning.en, remedy.en]) expect(text).toMatch(/^[A-Z].{8,}\.$/);
      for (const text of [meaning.zh, remedy.zh]) expect(text).toMatch(/\p{Script=Han}.*。$/u);
      expect(meaning.en).not.toMatch(/\p{Script=Han}/u);
      expect(remedy.en).not.toBe(meaning.en);
    },
  );

  it('can not be changed by a caller', () => {
    const facts = errcodeFacts(43101);
    expect(() => Object.assign(facts, { errclass: 'ok' })).toThrow(TypeError);
    expect(() => Object.assign(facts.remedy, { en: '' })).toThrow(TypeError);
    expect(() => (ERRCODE_TABLE as unknown[]).push(facts)).toThrow(TypeError);
    expect(Object.isFrozen(errcodeFacts(987_654))).toBe(true);
  });
});

describe('errcodeFacts', () => {
  const classed = (rows: [string, number[]][]) =>
    rows.flatMap(([errclass, codes]) => codes.map((errcode) => ({ errcode, errclass })));

  it.each(classed(Object.entries(CLASS_ON_AN_API_CALL)))(
    'classes $errcode of an API call as $errclass',
    (row) => {
      expect(errcodeFacts(row.errcode)).toMatchObject(row);
      expect(errcodeFacts(row.errcode, 'api')).toBe(errcodeFacts(row.errcode));
    },
  );

  it('classes every code of the fact sheet in this spec', () => {
    expect([...codesOf(CODES_OF_THE_FACT_SHEET)].sort()).toEqual([...codesOf(CLASS_ON_AN_API_CALL)].sort());
  });

  it.each(classed(CLASS_ON_A_TOKEN_ENDPOINT))('classes $errcode of a token endpoint as $errclass', (row) => {
    expect(errcodeFacts(row.errcode, 'token')).toMatchObject(row);
  });

  it('never tells the token service to refresh the token', () => {
    const classes = ERRCODE_TABLE.map((row) => errcodeFacts(row.errcode, 'token').errclass);
    expect(classes).not.toContain('refresh-token-and-retry');
  });

  it('blames the message for 40013 when it carried a miniprogram block, the account otherwise', () => {
    expect(errcodeFacts(40013, 'api', { miniprogram: true }).errclass).toBe('invalid-request');
    expect(errcodeFacts(40013, 'api', { miniprogram: true }).remedy.en).toContain('miniprogram.appId');
    expect(errcodeFacts(40013, 'api', { miniprogram: false }).errclass).toBe('account-misconfigured');
    expect(errcodeFacts(40013, 'token', { miniprogram: true }).errclass).toBe('account-misconfigured');
  });

  it('leaves other codes alone when the message carried a miniprogram block', () => {
    expect(errcodeFacts(43101, 'api', { miniprogram: true })).toBe(errcodeFacts(43101));
  });

  it('calls only those answers ambiguous after which a message may have been delivered', () => {
    const ambiguous = (context: ErrcodeContext) =>
      ERRCODE_TABLE.filter((row) => errcodeFacts(row.errcode, context).ambiguous).map((row) => row.errcode);
    expect(new Set(ambiguous('api'))).toEqual(new Set([-1, 20001, 200001, 85431, 85448]));
    expect(errcodeFacts(-1, 'token').ambiguous).toBe(false);
    expect(errcodeFacts(43108).ambiguous).toBe(false);
    expect(errcodeFacts(45011).ambiguous).toBe(false);
  });

  it('marks the openid unusable for 40003 and 49003 only', () => {
    const marked = ERRCODE_TABLE.filter((row) => row.openidUnusable).map((row) => row.errcode);
    expect(marked).toEqual([40003, 49003]);
  });

  it('says how long to wait where WeChat does', () => {
    const waits = ERRCODE_TABLE.flatMap((row) =>
      row.retryAfterSeconds === undefined ? [] : [[row.errcode, row.retryAfterSeconds]],
    );
    expect(Object.fromEntries(waits)).toEqual({
      45011: 60,
      89501: 300,
      89503: 300,
      89506: 86_400,
      89507: 3600,
      85449: 2,
    });
  });

  it.each([99_999, 1, -2, Number.NaN])(
    'answers the code %s, which nobody knows, without guessing',
    (errcode) => {
      expect(errcodeFacts(errcode)).toMatchObject({
        errcode,
        errclass: 'unknown-code',
        errmsg: '',
        ambiguous: false,
        openidUnusable: false,
      });
      expect(errcodeFacts(errcode).meaning.en).toContain(String(errcode));
      expect(errcodeFacts(errcode).meaning.zh).toContain(String(errcode));
    },
  );
});
