import { spawnSync } from 'node:child_process';

describe('the floors in CONTRIBUTING', () => {
  it('are those of the import rules', () => {
    const { stderr, status } = spawnSync(process.execPath, ['.ci/floors.mjs', '--check'], {
      encoding: 'utf8',
    });
    expect([status, stderr]).toEqual([0, '']);
  });
});
