import { BoundedList } from '../common/bounded-list.js';
import type { Clock } from '../common/clock.js';
import type { RandomSource } from '../common/random-source.js';
import type { Account } from '../config/options.js';
import { type Refusal, refuse } from './errcodes.js';
import type { Grant, GrantBook } from './grants.js';

/** A submitted form, or a payment. */
export interface Form {
  /** The `formId` of the form, or the `prepay_id` of the payment. */
  formId: string;
  appId: string;
  openid: string;
  /** One for each message it gives. */
  grantIds: string[];
  expiresAt: number;
}

const FORM_USES = 1;
const PAYMENT_USES = 3;

/** Forms submitted and payments made in mini-programs, which gave template messages until 2020 (§5). */
export class Forms {
  private byId = new Map<string, Form>();
  private readonly order: BoundedList<Form>;

  constructor(
    private readonly clock: Clock,
    private readonly random: RandomSource,
    private readonly grants: GrantBook,
    historyLimit: number,
  ) {
    this.order = new BoundedList(historyLimit, ({ formId }) => this.byId.delete(formId));
  }

  /** A person submits a form with `report-submit`: one message within seven days. */
  submit(account: Account, openid: string): Form {
    return this.enter(account, openid, this.random.hex(32), FORM_USES);
  }

  /** A person pays: three messages within seven days. */
  pay(account: Account, openid: string): Form {
    return this.enter(account, openid, `wx${this.random.hex(34)}`, PAYMENT_USES);
  }

  /** 41028 for what is no form of this person or is too old, 41029 for one whose messages are all sent. */
  use({ appId }: Account, openid: string, formId: string | undefined): Grant | Refusal {
    const form = formId === undefined ? undefined : this.byId.get(formId);
    const good = form?.appId === appId && form.openid === openid && form.expiresAt > this.clock.now();
    if (!form || !good) return refuse(41028, `invalid form id hint: [${this.random.base64url(14)}]`);
    const key = { channel: 'mini-template', appId, openid, formId: form.formId } as const;
    return this.grants.use(key) ?? refuse(41029);
  }

  reset(): void {
    this.byId.clear();
    this.order.clear();
  }

  private enter({ appId, formLifetimeSeconds }: Account, openid: string, formId: string, uses: number): Form {
    const expiresAt = this.clock.now() + formLifetimeSeconds * 1000;
    const grants = this.grants.issue({ channel: 'mini-template', appId, openid, formId }, uses, expiresAt);
    const form = { formId, appId, openid, grantIds: grants.map(({ id }) => id), expiresAt };
    this.byId.set(formId, form);
    this.order.push(form);
    return form;
  }
}
