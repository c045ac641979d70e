import { parseEnvelope } from '../../weixin/envelope.js';
import { ERRCODE_TABLE, errcodeFacts } from '../../weixin/errcodes.js';
import type { WeixinAnswer } from '../../weixin/weixin-api.client.js';
import { type Settlement, settlementOf } from './settlement.js';

const RID = '6315e16c-40be8af0-6483c58f';

function answered(errcode: number, miniprogram = false): WeixinAnswer {
  const body = JSON.stringify({ errcode, errmsg: `said rid: ${RID}` });
  const envelope = parseEnvelope({ status: 200, body });
  if (!envelope) throw new Error('not an envelope');
  return { kind: 'answered', envelope, facts: errcodeFacts(errcode, 'api', { miniprogram }) };
}

type End = Pick<Settlement, 'outcome' | 'grant'>;
const SENT: End = { outcome: 'sent', grant: 'spent' };
const UNKNOWN: End = { outcome: 'unknown', grant: 'unknown' };
const REFUSED: End = { outcome: 'refused', grant: 'void' };
/** Surely not delivered, and the permission is still there. */
const KEPT: End = { outcome: 'failed', grant: 'available' };
/** Surely not delivered, and never will be to this openid. */
const DEAD_OPENID: End = { outcome: 'failed', grant: 'void' };

// Copied by hand from the fact sheet, §10 and §3.7, on purpose: the code is checked against it, not against
// itself.
const ENDS: [what: string, end: End, errcodes: number[]][] = [
  ['accepted', SENT, [0]],
  ['a system error that may have delivered', UNKNOWN, [-1, 20001, 200001, 85431, 85448]],
  ['busy, surely before delivering', KEPT, [40240, 43108, 45011, 85449]],
  ['a dead token, twice', KEPT, [40001, 40014, 42001, 42006]],
  ['out of quota', KEPT, [45009, 48006]],
  [
    'a wrong request',
    KEPT,
    [
      40008, 40033, 40036, 40037, 40039, 40062, 40066, 40165, 40166, 40201, 40202, 40203, 41001, 41002, 41004,
      41009, 41030, 43001, 43002, 43003, 44002, 45002, 45003, 45168, 47001, 47003, 76001, 76002, 76003, 76004,
      76021, 76022, 40029, 40163, 40226, 40230, 40231, 40232, 41008, 42003, 200012, 200013, 200014, 200016,
      200017, 200018, 200019, 200020, 200021, 200022, 85433, 85434, 85435, 85437, 85438, 85439, 85440, 85441,
      85442, 85443, 85444, 85445, 85446, 85447, 85470, 85471, 41018, 41021, 61009, 61010,
    ],
  ],
  ['an openid that can not be written to', DEAD_OPENID, [40003, 49003]],
  ['a refusal of the person', REFUSED, [41028, 41029, 43004, 43101, 48002, 50005]],
  [
    'a misconfigured account',
    KEPT,
    [
      40002, 40013, 40125, 40164, 40243, 43107, 43116, 48001, 48004, 48017, 50001, 50002, 50004, 50007, 61004,
      61007, 61023, 89501, 89503, 89506, 89507, 200011, 200100, 40233, 40234, 40235, 40236, 40237, 40238,
      40239, 934011, 85436, 85461, 85462, 61003, 61005, 61006, 61011, 85105, 85112,
    ],
  ],
  ['a code without a rule', UNKNOWN, [404, 20002, 40400, 42007, 45028, 45047, 200002, 123_456]],
];

const rows = ENDS.flatMap(([what, end, errcodes]) => errcodes.map((errcode) => ({ what, errcode, end })));

describe('settlement', () => {
  it.each(rows)('of $errcode, $what: $end.outcome, grant $end.grant', ({ errcode, end }) => {
    const settlement = settlementOf(answered(errcode));
    expect(settlement).toMatchObject({ ...end, errcode });
    expect(settlement.openidUnusable).toBe(end === DEAD_OPENID ? true : undefined);
    if (errcode !== 0) expect(settlement).toMatchObject({ errmsg: `said rid: ${RID}`, rid: RID });
  });

  it('is laid down here for every code of the table', () => {
    const laidDown = new Set(rows.map(({ errcode }) => errcode));
    expect(ERRCODE_TABLE.map(({ errcode }) => errcode).filter((errcode) => !laidDown.has(errcode))).toEqual(
      [],
    );
  });

  it('of 40013 when a mini-program was named: the message is wrong, not the account', () => {
    const answer = answered(40013, true);
    expect(answer).toMatchObject({ facts: { errclass: 'invalid-request' } });
    expect(settlementOf(answer)).toMatchObject(KEPT);
  });

  it('gives a grant back only where the message surely was not delivered', () => {
    for (const { errcode } of ERRCODE_TABLE) {
      const { outcome, grant } = settlementOf(answered(errcode));
      expect(grant === 'available' && outcome !== 'failed').toBe(false);
      expect(outcome === 'unknown').toBe(grant === 'unknown');
    }
  });

  it('of a request that never left: failed, grant kept', () => {
    expect(settlementOf({ kind: 'not-sent', reason: 'ECONNREFUSED' })).toEqual({
      ...KEPT,
      reason: 'ECONNREFUSED',
    });
  });

  it('of silence: unknown, grant closed', () => {
    expect(settlementOf({ kind: 'no-answer', reason: 'HTTP 502' })).toEqual({
      ...UNKNOWN,
      reason: 'HTTP 502',
    });
  });

  it.each(['{}', '{"errmsg":"ok"}', '{"access_token":"T"}'])(
    'of %s, which has no errcode: unknown',
    (body) => {
      const envelope = parseEnvelope({ status: 200, body });
      if (!envelope) throw new Error('not an envelope');
      const settlement = settlementOf({ kind: 'answered', envelope, facts: errcodeFacts(0) });
      expect(settlement).toMatchObject({ ...UNKNOWN, reason: 'an answer without errcode' });
    },
  );

  it('keeps no secret that WeChat repeated in its errmsg', () => {
    const body = '{"errcode":47001,"errmsg":"bad access_token=S3CR3T in request"}';
    const envelope = parseEnvelope({ status: 200, body });
    if (!envelope) throw new Error('not an envelope');
    const settlement = settlementOf({ kind: 'answered', envelope, facts: errcodeFacts(47001) });
    expect(JSON.stringify(settlement)).not.toContain('S3CR3T');
  });
});
