/**
 * What checking an input costs: by the plan that is made once per class, and by class-validator's own
 * `validateSync`, in one run on the same objects.
 *
 * npm run bench:validation [-- --calls 20000 --rounds 7]
 */
import 'reflect-metadata';
import { parseArgs } from 'node:util';
import { validateSync } from 'class-validator';
// Everything is imported, as in an application: class-validator searches the rules of all classes.
import '../../libs/weixin-subscribe/src/index.js';
import { CallbackQueryDto } from '../../libs/weixin-subscribe/src/authorization/dto/authorization.dto.js';
import { SendMessageDto } from '../../libs/weixin-subscribe/src/delivery/channels/one-time.channel.js';
import { type InputClass, instanceOf } from '../../libs/weixin-subscribe/src/kernel/prepared-input.js';
import { failuresOf } from '../../libs/weixin-subscribe/src/kernel/prepared-validation.js';
import { validateInput } from '../../libs/weixin-subscribe/src/kernel/validation.js';
import { machine } from '../support/machine.js';
import { costOf, interleaved } from '../support/measure.js';
import { table, times, us } from '../support/report.js';

const { values } = parseArgs({
  options: { calls: { type: 'string', default: '20000' }, rounds: { type: 'string', default: '7' } },
});
const CALLS = Number(values.calls);
const OPTIONS = { whitelist: true, forbidNonWhitelisted: true, forbidUnknownValues: true };

const openid = 'oyAaTjt-xXvP87pubE4eUOF-ttD4';
const templateId = '1uDxHNXwYQfBmXOfPJcjAS3FynHArD8aWMEFNRGSbCc';
const appId = 'wxaba38c7f163da69b';
const INPUTS: [string, InputClass<object>, object][] = [
  [
    'query of the callback',
    CallbackQueryDto,
    { openid, template_id: templateId, action: 'confirm', scene: '42', reserved: 'a'.repeat(43) },
  ],
  [
    'message to send',
    SendMessageDto,
    {
      appId,
      openid,
      templateId,
      scene: 42,
      title: '上课提醒',
      content: { value: '高等数学 8:50 开始', color: '#173177' },
      url: 'https://remind.example.com/courses/42',
      miniprogram: { appId, pagepath: 'pages/course?id=42' },
    },
  ],
  ['message without its text (refused)', SendMessageDto, { appId, openid, templateId, scene: 42, title: '' }],
];

const repeated = (call: () => unknown) => () =>
  costOf(async () => {
    for (let n = 0; n < CALLS; n++) call();
    return CALLS;
  });

const rows: string[][] = [];
for (const [what, type, input] of INPUTS) {
  const instance = instanceOf(type, input);
  const { plan, interpreted, whole } = await interleaved(Number(values.rounds), {
    plan: repeated(() => failuresOf(instance, OPTIONS)),
    interpreted: repeated(() => validateSync(instance, OPTIONS)),
    whole: repeated(() => {
      try {
        validateInput(type, input);
      } catch {
        // The refused one.
      }
    }),
  });
  const ratio = times(interpreted.client / plan.client);
  rows.push([what, us(plan.client), us(interpreted.client), ratio, us(whole.client)]);
}
const HEAD = ['input', 'plan', 'class-validator', 'ratio', '`validateInput` with copy and conversion'];
process.stdout.write(`${CALLS} calls in a round, CPU of one call.\n\n${table(HEAD, rows)}\n\n${machine()}\n`);
