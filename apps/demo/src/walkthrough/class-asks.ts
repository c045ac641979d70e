import type { GrantRepository } from 'nestjs-weixin-subscribe';
import type { AccountOptions, WeixinSimulator } from 'weixin-simulator';
import { permissionFor } from './permission.js';

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
  const permission = permissionFor(official, course);
  for (let number = 1; number <= people; number++) {
    const person = `student-${course}-${number}`;
    simulator.addPerson(person);
    simulator.confirm({ ...permission, person });
    const openid = simulator.openid(person, official.appId);
    await grants.record({ ...permission, openid, source: `class:${course}:${person}` });
  }
}
