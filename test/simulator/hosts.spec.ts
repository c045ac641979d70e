import { request } from 'node:http';
import { SimulatorClient, WeixinSimulator } from 'weixin-simulator';
import { runCommand } from '../../libs/weixin-simulator/src/cli.js';
import { closeSimulators, MINI, OFFICIAL, startSimulator } from './support.js';

afterEach(closeSimulators);

interface Received {
  status: number;
  body: string;
}

/** A call with the Host that a browser would send; `fetch` does not let one choose it. */
function call(
  simulator: WeixinSimulator,
  host: string | undefined,
  path = '/_simulator/state',
  method = 'GET',
) {
  return new Promise<Received>((resolve, reject) => {
    const { hostname, port } = new URL(simulator.url);
    const headers = host === undefined ? {} : { host };
    const sent = request({ hostname, port, path, method, headers, setHost: false }, (response) => {
      let body = '';
      response.setEncoding('utf8').on('data', (chunk) => {
        body += chunk;
      });
      response.on('end', () => resolve({ status: response.statusCode ?? 0, body }));
    });
    sent.on('error', reject).end();
  });
}

describe('the name it is called by', () => {
  it.each([
    'localhost',
    'localhost:4000',
    'LOCALHOST',
    'localhost.',
    'a.localhost',
    '127.0.0.1',
    '127.0.0.1:80',
    '10.1.2.3:4000',
    '[::1]',
    '[::1]:4000',
    '[fe80::1]:9',
  ])('may be %s', async (host) => {
    expect((await call(await startSimulator(), host)).status).toBe(200);
  });

  it.each([
    'evil.example',
    'evil.example:4000',
    'localhost.evil.example',
    '127.0.0.1.evil.example',
    'notlocalhost',
    'simulator',
  ])('may not be %s: a page of another site could read and press everything then', async (host) => {
    const simulator = await startSimulator();
    const name = host.replace(/:\d+$/, '');
    for (const [path, method] of [
      ['/_simulator/state', 'GET'],
      ['/_simulator/', 'GET'],
      ['/_simulator/reset', 'POST'],
      ['/cgi-bin/token', 'GET'],
      ['/mp/subscribemsg', 'GET'],
      ['/nothing', 'GET'],
    ] as const) {
      const { status, body } = await call(simulator, host, path, method);
      expect([path, status]).toEqual([path, 421]);
      expect(JSON.parse(body).error).toContain(
        `does not answer under the name "${name}": add it to the option hostNames (--host-name)`,
      );
    }
    expect(simulator.calls()).toEqual([]);
  });

  it('may be one that is listed, or every one', async () => {
    const simulator = await startSimulator({ hostNames: ['simulator', 'Weixin.Test'] });
    expect((await call(simulator, 'simulator:4000')).status).toBe(200);
    expect((await call(simulator, 'weixin.test')).status).toBe(200);
    expect((await call(simulator, 'evil.example')).status).toBe(421);
    expect((await call(await startSimulator({ hostNames: ['*'] }), 'evil.example')).status).toBe(200);
  });

  it('is taken from the command line', async () => {
    const simulator = await runCommand(['--port', '0', '--host-name', 'one', 'two'], () => undefined, '0');
    const answers = [await call(simulator, 'two'), await call(simulator, 'three')];
    await simulator.close();
    expect(answers.map(({ status }) => status)).toEqual([200, 421]);
  });

  it.each(['http://simulator', 'simulator:4000', ''])(
    'is refused as an option when it is %j',
    async (name) => {
      await expect(WeixinSimulator.start({ hostNames: [name] })).rejects.toThrow(
        'hostNames[0]: must be a host name',
      );
    },
  );
});

describe('half an emoji', () => {
  const HALF = 'a\ud83d';
  const PAGES = [
    '/_simulator/',
    '/_simulator/inbox.html',
    '/_simulator/calls.html',
    '/_simulator/faults.html',
  ];

  it('is no name of a person, over HTTP as in the process, and every page is still there', async () => {
    const simulator = await startSimulator();
    const people = simulator.state().people.length;
    const answer = await fetch(`${simulator.url}/_simulator/people`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(HALF),
    });
    expect([answer.status, await answer.json()]).toEqual([
      400,
      { error: 'person.name: must be valid Unicode: it holds half an emoji' },
    ]);
    await expect(new SimulatorClient(simulator.url).addPerson({ name: HALF })).rejects.toThrow(
      'half an emoji',
    );
    expect(() => simulator.addPerson(HALF)).toThrow('half an emoji');
    await expect(WeixinSimulator.start({ people: [HALF] })).rejects.toThrow(
      'people[0].name: must be valid Unicode',
    );
    expect(simulator.state().people).toHaveLength(people);
    simulator.addPerson('😀');
    for (const path of PAGES)
      expect([path, (await call(simulator, 'localhost', path)).status]).toEqual([path, 200]);
  });

  it.each<[string, object]>([
    ['name', { name: HALF }],
    ['templates[0]', { templates: [HALF] }],
    [
      'subscribeTemplates[0].title',
      { subscribeTemplates: [{ priTmplId: 'T', title: HALF, content: '{{thing1.DATA}}' }] },
    ],
  ])('is no %s of an account', async (field, patch) => {
    const simulator = await startSimulator();
    const before = simulator.state();
    expect(() => simulator.updateAccount(field.startsWith('sub') ? MINI : OFFICIAL, patch)).toThrow(
      `${field}: must be valid Unicode`,
    );
    expect(simulator.state()).toEqual(before);
  });
});
