import { parseArgs } from 'node:util';
import { startError } from './start-error.js';
import { type LocalWorld, startLocalWorld } from './walkthrough/local-world.js';
import { walkthrough } from './walkthrough/walkthrough.js';
import { StepFailed, WalkthroughReport } from './walkthrough/walkthrough-report.js';

const HELP = `Starts a simulated WeChat and the demo, and walks the whole flow once.

  npm run demo                         then stays up, for you to click through
  npm run demo -- --once               then ends; 0 only if every step held
  npm run demo -- --students 1000      so many people have asked for one course, instead of 200
  npm run demo -- --port 3000 --simulator-port 4000`;

const INTERRUPTED = 130;
/** The course for which a class has asked. */
const PLAYGROUND = 45;

process.exitCode = await main();

async function main(): Promise<number> {
  const flags = readFlags();
  if (typeof flags === 'string') {
    (flags === HELP ? console.log : console.error)(flags);
    return flags === HELP ? 0 : 1;
  }
  const interrupted = new Promise<'interrupted'>((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => resolve('interrupted'));
  });
  let world: LocalWorld | undefined;
  try {
    world = await startLocalWorld(flags.ports);
    for (const line of movedPorts(world, flags.ports)) console.log(line);
    if ((await Promise.race([runAndReport(world), interrupted])) === 'interrupted') return INTERRUPTED;
    if (flags.once) return 0;
    await world.classAsks(PLAYGROUND, flags.students);
    console.log(addresses(world, flags.students));
    await interrupted;
    console.log('\nClosing.');
    return 0;
  } catch (error) {
    console.error(error instanceof StepFailed ? '\nThe flow does not hold.' : startError(error));
    return 1;
  } finally {
    await world?.close();
  }
}

async function runAndReport(world: LocalWorld): Promise<'held'> {
  const names = { [world.url]: 'demo', [world.simulatorUrl]: 'weixin' };
  const report = new WalkthroughReport((line) => console.log(line), process.stdout.isTTY === true, names);
  console.log('上课提醒 Class reminders: the whole flow once, over HTTP');
  console.log(`demo: ${world.url}  ·  weixin: ${world.simulatorUrl} (the simulator)\n`);
  await walkthrough(world, report);
  console.log(`\n${report.style('green', '✓')} ${report.summary}`);
  return 'held';
}

function addresses({ url, simulatorUrl, serviceKey }: LocalWorld, students: number): string {
  return `
Open in a browser
  ${url}  the courses: tap 提醒我 Remind me
  ${url}/courses/${PLAYGROUND}/teacher  a class of ${students} who asked: tap 提醒全班 (Remind all of them), and watch
  ${url}/channels  subscription messages, notices and template messages: ask, grant, send, inbox
  ${simulatorUrl}/_simulator/inbox.html  Service Notifications, where the messages arrive
  ${url}/weixin/console  the console of those who operate it; sign in with this service key: ${serviceKey}
  ${url}/docs  the API; Authorize with the same key
Ctrl-C ends it.`;
}

function* movedPorts(
  { url, simulatorUrl }: LocalWorld,
  wanted: { demo: number; simulator: number },
): Generator<string> {
  if (new URL(url).port !== String(wanted.demo)) yield `Port ${wanted.demo} is in use: the demo is at ${url}`;
  if (new URL(simulatorUrl).port !== String(wanted.simulator)) {
    yield `Port ${wanted.simulator} is in use: the simulator is at ${simulatorUrl}`;
  }
}

interface Flags {
  once: boolean;
  students: number;
  ports: { demo: number; simulator: number };
}

function readFlags(): Flags | string {
  try {
    const { values } = parseArgs({
      options: {
        once: { type: 'boolean', default: false },
        students: { type: 'string', default: '200' },
        port: { type: 'string', default: '3000' },
        'simulator-port': { type: 'string', default: '4000' },
        help: { type: 'boolean', short: 'h', default: false },
      },
    });
    if (values.help) return HELP;
    return {
      once: values.once,
      students: students(values.students),
      ports: { demo: port(values.port), simulator: port(values['simulator-port']) },
    };
  } catch (error) {
    return `${(error as Error).message}\n\n${HELP}`;
  }
}

function students(text: string): number {
  if (/^[1-9]\d{0,3}$/.test(text)) return Number(text);
  throw new TypeError(`"${text}" is no number of students from 1 to 9999`);
}

function port(text: string): number {
  if (/^\d{1,5}$/.test(text) && Number(text) <= 65_535) return Number(text);
  throw new TypeError(`"${text}" is not a port`);
}
