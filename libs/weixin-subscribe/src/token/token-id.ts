import { digest } from '../kernel/secret.js';

const LENGTH = 16;

/** Names an access_token without telling it: the first 16 characters (96 bits) of its digest. */
export function tokenIdOf(accessToken: string): string {
  return digest(accessToken).slice(0, LENGTH);
}
