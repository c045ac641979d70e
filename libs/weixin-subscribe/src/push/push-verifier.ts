import { Injectable } from '@nestjs/common';
import type { PushConfig, SignedPushConfig } from '../account/push.options.js';
import { Clock } from '../kernel/clock.js';
import { PushNotConfiguredError, PushRefusedError } from './push.errors.js';
import { openPush } from './push-cipher.js';
import { encryptedPart, formatOf, type PushContent, parsePush } from './push-parser.js';
import { isFresh, isSignature } from './push-signature.js';

/** What a push is read from: the query, where a parameter given twice counts as missing, and the body. */
export type PushQuery = Partial<
  Record<'signature' | 'msg_signature' | 'timestamp' | 'nonce' | 'echostr', string>
>;

/** Who is pushed to. */
export interface PushReceiver {
  readonly appId: string;
  readonly push?: PushConfig;
}

/** What WeChat surely sent. */
export interface VerifiedPush extends PushContent {
  /** Where the signature does not cover the body: it must not serve for a second one. */
  signature?: string;
}

const ECHOSTR = /^[\w+/=.-]{1,512}$/;

/**
 * Decides what is from WeChat. Which signatures that needs is the configuration's to say, never the
 * request's.
 */
@Injectable()
export class PushVerifier {
  constructor(private readonly clock: Clock) {}

  /** @throws {PushNotConfiguredError} */
  require(account: PushReceiver): void {
    pushOf(account);
  }

  /** The answer to the check of the URL. @throws {PushRefusedError} {@link PushNotConfiguredError} */
  echo(account: PushReceiver, query: PushQuery): string {
    const push = pushOf(account);
    if (push.mode === 'private-network') throw refused('pushes of Cloud Run have no check by echostr');
    const { timestamp, nonce } = this.fresh(query);
    if (!isSignature(query.signature, push.token.reveal(), timestamp, nonce))
      throw refused('signature is wrong');
    if (!ECHOSTR.test(query.echostr ?? '')) throw refused('echostr is missing or malformed');
    return String(query.echostr);
  }

  /** @throws {PushRefusedError} {@link PushNotConfiguredError} */
  open(account: PushReceiver, query: PushQuery, body: string): VerifiedPush {
    const push = pushOf(account);
    if (push.mode === 'private-network') return this.read(push, body);
    const { timestamp, nonce } = this.fresh(query);
    const needsSignature = push.mode !== 'safe';
    if (needsSignature && !isSignature(query.signature, push.token.reveal(), timestamp, nonce))
      throw refused('signature is wrong');
    const isPlain = push.encodingAesKey === undefined || push.mode === 'plain';
    const text = isPlain ? body : this.decrypted(account, push, query, body);
    const content = this.read(push, text);
    return isPlain ? { ...withoutEnvelope(content), signature: query.signature } : content;
  }

  private read(push: PushConfig, text: string): PushContent {
    const content = parsePush(text, this.format(push, text));
    if (!content) throw refused('the body cannot be read');
    return content;
  }

  private decrypted({ appId }: PushReceiver, push: SignedPushConfig, query: PushQuery, body: string): string {
    const sealed = encryptedPart(body, this.format(push, body));
    const { timestamp = '', nonce = '', msg_signature } = query;
    // One that is missing is compared like any other: what was wrong cannot be told by the time.
    const isSigned = isSignature(msg_signature, push.token.reveal(), timestamp, nonce, sealed ?? '');
    if (sealed === undefined) throw refused('the body has no encrypted part');
    if (!isSigned) throw refused('msg_signature is wrong');
    const text = openPush(String(push.encodingAesKey?.reveal()), push.sealedFor ?? appId, sealed);
    if (text === undefined) throw refused('the encrypted part was not sealed for this account');
    return text;
  }

  private fresh({ timestamp = '', nonce = '' }: PushQuery): { timestamp: string; nonce: string } {
    if (nonce === '') throw refused('nonce is missing');
    if (!isFresh(timestamp, this.clock.now())) throw refused('timestamp is missing, or not of these minutes');
    return { timestamp, nonce };
  }

  private format({ format }: PushConfig, text: string): 'xml' | 'json' {
    const found = formatOf(text);
    if (found === undefined) throw refused('the body is neither XML nor JSON');
    if (format !== undefined && found !== format) throw refused(`the body is not ${format.toUpperCase()}`);
    return found;
  }
}

/** @throws {PushNotConfiguredError} */
function pushOf({ appId, push }: PushReceiver): PushConfig {
  if (!push) throw new PushNotConfiguredError(appId);
  return push;
}

/**
 * The console may be in compatible mode while we read the clear fields. The encrypted part beside them is
 * another one in each delivery, and says the same.
 */
function withoutEnvelope({ fields, exact }: PushContent): PushContent {
  const without = ({ Encrypt: _, ...content }: PushContent['fields']) => content;
  return { fields: without(fields), exact: without(exact) };
}

const refused = (why: string) => new PushRefusedError(why);
