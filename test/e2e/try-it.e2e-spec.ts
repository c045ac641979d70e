import { existsSync, readdirSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { SimulatorClient } from 'weixin-simulator';
import { startLocalWorld } from '../../apps/demo/src/walkthrough/local-world.js';
import { walkthrough } from '../../apps/demo/src/walkthrough/walkthrough.js';
import { StepFailed, WalkthroughReport } from '../../apps/demo/src/walkthrough/walkthrough-report.js';
import { Program } from './spawn.js';

const ANY = ['--port', '0', '--simulator-port', '0'];
const FOLDER = 'weixin-subscribe-demo-';
const folders = () =>
  readdirSync(tmpdir())
    .filter((name) => name.startsWith(FOLDER))
    .sort();

describe('npm run demo', () => {
  it('walks the whole flow, prints every step and ends with 0', async () => {
    const before = folders();
    const program = Program.run('apps/demo/src/try-it.ts', ['--once', ...ANY]);
    expect(await program.exit()).toBe(0);

    const { output } = program;
    const steps = [...output.matchAll(/^ *(\d+) {2}(\w+)/gm)].map(([, number, word]) => `${number} ${word}`);
    expect(steps).toEqual([
      '1 Ask',
      '2 Record',
      '3 Send',
      '4 One',
      '5 Cancel',
      '6 The',
      '7 Mini',
      '8 Official',
      '9 Legacy',
      '10 Service',
      '11 Broadcast',
      '12 Broadcast',
      '13 Explain',
      '14 The',
      '15 What',
    ]);
    for (const line of [
      /✓ GET {2}demo\/weixin\/authorize +302/,
      /✓ GET {2}weixin\/mp\/subscribemsg +200/,
      /✓ POST weixin\/mp\/subscribemsg +302/,
      /✓ GET {2}demo\/weixin\/callback +302 {2}to \/courses\/42\?subscribe=confirmed/,
      /✓ GET {2}demo\/weixin\/grants +200 {2}available: 1\n/,
      /✓ POST demo\/weixin\/messages +201 {2}status: sent/,
      /✓ GET {2}weixin\/_simulator\/inbox +200 .*上课提醒/,
      /(✓ POST demo\/weixin\/messages +409 {2}WEIXIN_NO_GRANT.*){4}/s,
      /✓ GET {2}demo\/weixin\/callback +302 {2}to \/courses\/43\?subscribe=cancelled/,
      /✓ GET {2}demo\/weixin\/grants +200 {2}available: 0/,
      /✓ POST demo\/weixin\/app\/results +200/,
      /✓ POST demo\/channels\/mini-subscribe\/client\/accept +303/,
      /✓ GET {2}demo\/channels\/mini-subscribe +200 .*签名推送, 可发 1 条\n/,
      /✓ POST demo\/channels\/mini-subscribe\/messages +400 {2}data\.thing1\.value must be/,
      /✓ GET {2}weixin\/_simulator\/inbox +200 .*课程：高等数学 · 时间：/,
      /✓ GET {2}demo\/channels\/mini-subscribe +200 .*已失效, 可发 0 条\n/,
      /✓ GET {2}demo\/channels\/service-notice +200 .*前端上报, 可发 1 条\n/,
      /✓ POST demo\/channels\/mini-template\/client\/pay +303.*\n.*支付, 可发 3 条\n/,
      /✓ POST demo\/weixin\/cards +201 {2}state 1: 用户已支付 paid/,
      /✓ PATCH demo\/weixin\/cards\/:id +200 {2}state 4: .*the answer of WeChat was lost/,
      /✓ GET {2}weixin\/_simulator\/cards +200 .*1, 2, 4, 6, 8/,
      /✓ POST demo\/weixin\/broadcasts\/preview +200 {2}matching: 40/,
      /✓ POST demo\/weixin\/broadcasts +201 {2}status: running/,
      /✓ GET {2}demo\/weixin\/broadcasts\/:id\/events +200 .*sent: 40\n/,
      /✓ GET {2}demo\/courses\/44\/broadcasts\/:id +200 .*已完成/,
      /✓ GET {2}demo\/weixin\/broadcasts\/:id\/events +200 .*sent: 3, noGrant: 1\n/,
      /✓ GET {2}demo\/weixin\/token\/wx\w+ +200 .*not shown/,
      /15 steps, \d+ answers, all as expected/,
    ]) {
      expect(output).toMatch(line);
    }
    expect(output).not.toMatch(/✗|WARN|ERROR/);
    expect(output.includes('\u001b[')).toBe(false);
    expect(folders()).toEqual(before);
  });

  it('stays up with addresses that answer, until Ctrl-C', async () => {
    const before = folders();
    const program = Program.run('apps/demo/src/try-it.ts', ['--students', '25', ...ANY]);
    await program.printed('Ctrl-C ends it');
    const addresses = [...program.output.matchAll(/^ {2}(http\S+) {2}/gm)].map(([, address]) => address);
    expect(addresses).toHaveLength(6);
    // Without a build of its page, which `npm run demo` makes before, the console says how it is built.
    const built = existsSync('libs/weixin-console/web-dist/index.html');
    for (const address of addresses)
      expect([address, (await fetch(address)).status]).toEqual([
        address,
        address.endsWith('/weixin/console') && !built ? 503 : 200,
      ]);
    expect(await (await fetch(addresses[1])).text()).toContain('<strong>25</strong> 人等着提醒');
    expect(await program.stop('SIGINT')).toBe(0);
    expect(folders()).toEqual(before);
  });

  it('takes free ports where the wanted ones are in use, and says so', async () => {
    const servers: Server[] = [createServer(), createServer()];
    const taken = await Promise.all(servers.map(listen));
    const program = Program.run('apps/demo/src/try-it.ts', [
      '--once',
      '--port',
      taken[0],
      '--simulator-port',
      taken[1],
    ]);
    expect(await program.exit()).toBe(0);
    expect(program.output).toMatch(new RegExp(`^Port ${taken[0]} is in use: the demo is at http`, 'm'));
    expect(program.output).toMatch(new RegExp(`^Port ${taken[1]} is in use: the simulator is at http`, 'm'));
    for (const server of servers) server.close();
  });

  it('says how it is used when it is used otherwise', async () => {
    for (const args of [['--port', 'x'], ['--port', '70000'], ['--students', '0'], ['--twice']]) {
      const program = Program.run('apps/demo/src/try-it.ts', args);
      expect(await program.exit()).toBe(1);
      expect(program.output).toContain('npm run demo -- --once');
    }
  });

  it('ends at the first step that does not hold, with what was expected and what came', async () => {
    const world = await startLocalWorld({ demo: 0, simulator: 0 });
    const lines: string[] = [];
    try {
      const path = '/cgi-bin/message/template/subscribe';
      await new SimulatorClient(world.simulatorUrl).fault({ kind: 'errcode', errcode: 43101, path });
      const report = new WalkthroughReport((line) => lines.push(line), false, { [world.url]: 'demo' });
      await expect(walkthrough(world, report)).rejects.toThrow(StepFailed);
    } finally {
      await world.close();
    }
    expect(lines.slice(-3)).toEqual([
      expect.stringMatching(/✗ POST demo\/weixin\/messages +422/),
      '        expected 201: status: sent',
      expect.stringMatching(/got {6}422: .*WEIXIN_MESSAGE_REFUSED/),
    ]);
  });
});

async function listen(server: Server): Promise<string> {
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  return String((server.address() as { port: number }).port);
}
