import { Injectable } from '@nestjs/common';
import { MessageBatchRepository } from '../../delivery/batches/message-batch.repository.js';
import { Channels } from '../../delivery/channels/channels.js';
import type { MessageContent } from '../../delivery/ledger/message.types.js';
import type { ClaimedGrant } from '../../grant/grant.types.js';
import { foreignCause } from '../../kernel/errors.js';
import type { Broadcast } from '../broadcast.types.js';
import { inOneLine } from '../content-fields.js';
import { fill, placeholdersOf } from '../placeholders.js';
import { RecipientRepository } from '../recipient.repository.js';
import { Renderers } from '../renderers.js';

/** The content for one person, or why it cannot be sent. */
export type PersonalContent = { content: MessageContent } | { wrong: string };

/** The host's renderer threw, or did not return one content for each person. */
export class RendererFailure extends Error {}

/** The contents of a claimed batch. */
@Injectable()
export class BatchContents {
  constructor(
    private readonly recipients: RecipientRepository,
    private readonly renderers: Renderers,
    private readonly batches: MessageBatchRepository,
    private readonly channels: Channels,
  ) {}

  /**
   * In the order of `claimed`. Contents other than the one that was claimed with are written to the ledger
   * first.
   * @throws {RendererFailure} {@link DatabaseError}
   */
  async of(broadcast: Broadcast, claimed: ClaimedGrant[]): Promise<PersonalContent[]> {
    const { content, renderer } = broadcast;
    if (renderer === undefined && content && placeholdersOf(content).length === 0)
      return claimed.map(() => ({ content }));
    const contents =
      renderer === undefined
        ? await this.filled(broadcast, claimed)
        : await this.rendered(broadcast, claimed);
    const good = contents.flatMap((personal, index) =>
      'content' in personal ? [{ id: claimed[index].messageId, content: personal.content }] : [],
    );
    await this.batches.writeContents(good);
    return contents;
  }

  private async filled(broadcast: Broadcast, claimed: ClaimedGrant[]): Promise<PersonalContent[]> {
    const content = broadcast.content as MessageContent;
    const fields = await this.fieldsOf(broadcast.id, claimed);
    // Each row was checked when it was added; a person who was erased meanwhile has no fields any more.
    return claimed.map(({ openid }) => this.checked(broadcast, fill(content, fields.get(openid) ?? {})));
  }

  private async rendered(broadcast: Broadcast, claimed: ClaimedGrant[]): Promise<PersonalContent[]> {
    const fields =
      broadcast.audience === 'recipients' ? await this.fieldsOf(broadcast.id, claimed) : undefined;
    const people = claimed.map(({ openid, scene, grantedAt }) => ({
      openid,
      scene,
      grantedAt: new Date(grantedAt),
      fields: fields?.get(openid),
    }));
    const renderer = this.renderers.get(broadcast.renderer as string);
    let contents: MessageContent[];
    try {
      contents = await renderer.render(people, broadcast);
    } catch (error) {
      throw new RendererFailure(`renderer "${broadcast.renderer}" failed: ${foreignCause(error).message}`);
    }
    if (!Array.isArray(contents) || contents.length !== claimed.length)
      throw new RendererFailure(
        `renderer "${broadcast.renderer}" did not answer one content for each person`,
      );
    return contents.map((content) => this.checked(broadcast, content));
  }

  private checked(broadcast: Broadcast, content: MessageContent): PersonalContent {
    const errors = this.channels.contentErrors(broadcast, content);
    return errors.length === 0
      ? { content: this.channels.contentOf(broadcast, content) }
      : { wrong: inOneLine(errors) };
  }

  private fieldsOf(id: string, claimed: ClaimedGrant[]) {
    return this.recipients.fields(
      id,
      claimed.map(({ openid }) => openid),
    );
  }
}
