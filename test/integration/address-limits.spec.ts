import type { NestExpressApplication } from '@nestjs/platform-express';
import { ProblemDetailsFilter } from 'nestjs-weixin-subscribe';
import request from 'supertest';
import { createTestApp, type TestApp } from '../support/create-test-app.js';
import { MOBILE_KEY } from '../support/flows.js';

describe('the limit per address, behind a proxy', () => {
  let host: TestApp;
  beforeEach(async () => {
    host = await createTestApp({
      options: { rateLimit: { perMinute: 2 } },
      configure: (app) => {
        (app as NestExpressApplication).set('trust proxy', 'loopback');
        app.useGlobalFilters(app.get(ProblemDetailsFilter));
      },
    });
  });
  afterEach(() => host?.close());

  const statusesOf = async (...addresses: string[]) => {
    const statuses: number[] = [];
    for (const address of addresses) {
      const asked = request(host.url).post('/weixin/app/intents').set('X-Forwarded-For', address);
      statuses.push((await asked.send({ ...MOBILE_KEY, scene: 1 })).status);
    }
    return statuses;
  };

  it.each<[string, string[]]>([
    [
      'of IPv6 by its first 64 bits',
      ['2001:db8:1:2::1', '2001:DB8:1:2:ffff:ffff:ffff:ffff', '2001:db8:1:2:0:0:0:9'],
    ],
    ['of IPv4 and the same written as IPv6', ['192.0.2.7', '::ffff:192.0.2.7', '::FFFF:192.0.2.7']],
    [
      'whatever the client itself puts before it',
      ['203.0.113.1, 192.0.2.8', '203.0.113.2, 192.0.2.8', '192.0.2.8'],
    ],
  ])('counts an address %s', async (_what, same) => {
    expect(await statusesOf(...same)).toEqual([201, 201, 429]);
  });

  it('counts neighbours apart', async () => {
    expect(await statusesOf('2001:db8:1:2::1', '2001:db8:1:3::1', '192.0.2.1', '192.0.2.2')).toEqual([
      201, 201, 201, 201,
    ]);
  });

  it.each(['', '__proto__', ',,,', '::1%eth0', 'x'.repeat(4000)])(
    'takes %p for no reason to fail',
    async (address) => {
      expect((await statusesOf(address))[0]).toBe(201);
    },
  );
});
