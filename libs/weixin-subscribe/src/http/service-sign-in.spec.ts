import 'reflect-metadata';
import { OptionChecks } from '../kernel/option-checks.js';
import type { RoutesConfig } from './http.options.js';
import type { RateLimits } from './rate-limits.js';
import { ServiceClients } from './service-clients.js';
import { resolveServiceKeys } from './service-keys.options.js';
import { ServiceSignIn } from './service-sign-in.js';

const OLD = 'the-key-of-ops-until-may';
const NEW = 'the-key-of-ops-since-may';
const READER = 'the-key-of-a-reader-0001';

function signIn(keys: Record<string, string | string[]>): ServiceSignIn {
  const serviceKeys = resolveServiceKeys(new OptionChecks(), keys, new Map());
  const config = { serviceKeys } as unknown as RoutesConfig;
  return new ServiceSignIn(new ServiceClients(config), undefined as unknown as RateLimits, config);
}

const all = signIn({ ops: [OLD, NEW], reader: READER });
const nameOf = async (...shown: Parameters<ServiceSignIn['signer']>) => (await all.signer(...shown))?.name;

it('knows what a key has signed, in every process, also while it is being replaced', async () => {
  for (const key of [OLD, NEW]) {
    const signature = await signIn({ ops: key }).sign('page', key, 'text');
    expect(signature).toMatch(/^[\w-]{43}$/);
    await expect(nameOf('page', 'ops', 'text', signature)).resolves.toBe('ops');
    await expect(
      signIn({ ops: 'another-key-of-ops-001' }).signer('page', 'ops', 'text', signature),
    ).resolves.toBe(undefined);
  }
});

it('is no signature of another text, for another purpose, or of another client', async () => {
  const signature = await all.sign('page', READER, 'text');
  await expect(nameOf('page', 'reader', 'text', signature)).resolves.toBe('reader');
  await expect(nameOf('page', 'reader', 'text ', signature)).resolves.toBeUndefined();
  await expect(nameOf('export', 'reader', 'text', signature)).resolves.toBeUndefined();
  await expect(nameOf('page', 'ops', 'text', signature)).resolves.toBeUndefined();
  await expect(nameOf('page', 'nobody', 'text', signature)).resolves.toBeUndefined();
  for (const wrong of ['', signature.slice(0, -2), `${signature}AA`])
    await expect(nameOf('page', 'reader', 'text', wrong)).resolves.toBeUndefined();
  // A client that is called otherwise, and has the same key.
  await expect(signIn({ other: READER }).signer('page', 'other', 'text', signature)).resolves.toBeUndefined();
});
