import { getCard, setCard, setCardExt } from '../card/set-card.js';
import { authorized } from './authorize-call.js';
import type { Endpoint } from './endpoint.js';

/** `POST /wxa/set_user_notify`, `/wxa/set_user_notifyext`, `/wxa/get_user_notify` of mini-programs. */
export const setCardEndpoint: Endpoint = authorized({ method: 'POST' }, (account, call, { platform }) =>
  setCard(platform, account, call),
);
export const setCardExtEndpoint: Endpoint = authorized({ method: 'POST' }, (account, call, { platform }) =>
  setCardExt(platform, account, call),
);
export const getCardEndpoint: Endpoint = authorized({ method: 'POST' }, (account, call, { platform }) =>
  getCard(platform, account, call),
);
