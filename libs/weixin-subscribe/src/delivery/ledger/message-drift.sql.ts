import { GRANT_LOG } from '../../grant/grant.fragments.js';
import { IN_ID_RANGE } from '../../sql/id-range.js';
import { RESOLVED_BY_HAND, resolutionReason } from './resolution.js';

export interface OutcomeRow {
  template_id: string;
  status: string;
  errcode: number | null;
  by_hand: number | string;
  unproven: number | string;
  n: number | string;
  first_at: number | string;
  last_at: number | string;
}

/** By template and answer. Parameters: those of IN_ID_RANGE. */
export const OUTCOMES = `SELECT template_id, status, errcode, by_hand, unproven, COUNT(*) AS n, MIN(settled_at) AS first_at, MAX(settled_at) AS last_at
  FROM (
    SELECT template_id, status, errcode, settled_at, CASE WHEN reason LIKE '${RESOLVED_BY_HAND}%' THEN 1 ELSE 0 END AS by_hand,
        CASE WHEN proof = 'unproven' THEN 1 ELSE 0 END AS unproven
      FROM weixin_message WHERE ${IN_ID_RANGE} AND settled_at IS NOT NULL
  ) settled
  GROUP BY template_id, status, errcode, by_hand, unproven`;

export interface RefusalRow {
  template_id: string;
  cause: 'not-sent-was-sent' | 'one-per-scene' | 'refused';
  unproven: number | string;
  n: number | string;
  first_at: number | string;
  last_at: number | string;
}

const OTHER_OF_PERSON = `SELECT 1 FROM weixin_message other WHERE other.app_id = refused.app_id AND other.openid = refused.openid
    AND other.openid <> ''`;

/**
 * Why WeChat refused what the ledger held to be good, as far as the ledger knows: looks, for each refusal, at
 * the other messages of that person. Without the grant, which retention may have deleted, nothing is known.
 * Parameters as above.
 */
export const REFUSALS = `SELECT template_id, cause, unproven, COUNT(*) AS n, MIN(settled_at) AS first_at, MAX(settled_at) AS last_at
  FROM (
    SELECT refused.template_id, refused.settled_at, CASE WHEN refused.proof = 'unproven' THEN 1 ELSE 0 END AS unproven, CASE
      WHEN EXISTS (${OTHER_OF_PERSON} AND other.grant_id = refused.grant_id AND other.status = 'failed'
        AND other.reason LIKE '${resolutionReason('not-sent')}%') THEN 'not-sent-was-sent'
      WHEN refused.channel = 'one-time' AND EXISTS (${OTHER_OF_PERSON} AND other.template_id = refused.template_id AND other.scene = refused.scene
        AND other.channel = refused.channel AND other.status = 'sent' AND other.settled_at > held.granted_at
        AND other.settled_at <= refused.settled_at) THEN 'one-per-scene'
      ELSE 'refused' END AS cause
      FROM (SELECT * FROM weixin_message WHERE ${IN_ID_RANGE} AND status = 'refused') refused
      LEFT JOIN ${GRANT_LOG} held ON held.id = refused.grant_id
  ) judged
  GROUP BY template_id, cause, unproven`;
