import type { GrantRepository } from 'nestjs-weixin-subscribe';
import type { AccountOptions, WeixinSimulator } from 'weixin-simulator';
import { grantKeyFor } from './grant-key.js';

interface Places {
  simulator: WeixinSimulator;
  grants: GrantRepository;
  official: AccountOptions;
}

/**
 * Everybody taps confirm; what the callback would record is recorded at once, since a class behind one
 * address would meet the rate limit.
 */
export async function classAsks(
  { simulator, grants, official }: Places,
  course: number,
  people: number,
): Promise<void> {
  const grantKey = grantKeyFor(official, course);
  for (let number = 1; number <= people; number++) {
    const person = `student-${course}-${number}`;
    simulator.addPerson(person);
    simulator.confirm({ ...grantKey, person });
    const openid = simulator.openid(person, official.appId);
    await grants.record({ ...grantKey, openid, source: `class:${course}:${person}` });
  }
}
