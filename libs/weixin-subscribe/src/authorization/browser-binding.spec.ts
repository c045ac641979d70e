import { redact } from '../kernel/redact.js';
import { cookieNameFor } from './browser-binding.js';

it('the cookie of an intent is masked wherever its value is shown', () => {
  const name = cookieNameFor('Ab-_0123456789');
  expect(redact(`got ${name}=S3cr3t-Va1ue_0 here`)).toBe(`got ${name}=[redacted] here`);
});
