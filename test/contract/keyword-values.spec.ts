import fc from 'fast-check';
import { checkTemplateData, KEYWORD_TYPES } from 'nestjs-weixin-subscribe';
import { SAMPLES, WeixinSimulator } from 'weixin-simulator';
import type { KeywordType } from '../../libs/weixin-simulator/src/config/subscribe-template.js';
import { isValueOf } from '../../libs/weixin-simulator/src/send/keyword-rules.js';
import {
  ENUM_VALUES,
  MADE_TYPES,
  MADE_VALUES,
  type MadeValue,
  madeValue,
} from '../support/keyword-values.js';

const keywordEnumValueList = [{ keywordCode: 'enum1.DATA', enumValueList: ENUM_VALUES }];

/** Whether the library would let it leave. */
function leaves({ key, value }: MadeValue): boolean {
  const template = { content: `值:{{${key}.DATA}}`, keywordEnumValueList };
  return checkTemplateData({ [key]: { value } }, template).length === 0;
}

describe('values of keywords', () => {
  it('are made for every type', () => {
    expect(new Set(MADE_TYPES)).toEqual(new Set(KEYWORD_TYPES));
  });

  it.each(MADE_TYPES)('of type %s are judged as they were made, here and by the simulator', (type) => {
    fc.assert(
      fc.property(madeValue(type), (made) => {
        const keyword = { key: made.key, type: type as KeywordType, label: '值', values: ENUM_VALUES };
        expect({
          leaves: leaves(made),
          arrives: isValueOf(keyword, made.value, 'wide'),
          arrivesStrictly: isValueOf(keyword, made.value, 'strict'),
        }).toEqual({ leaves: made.fits, arrives: made.fits, arrivesStrictly: made.fitsStrictly });
      }),
      { numRuns: MADE_VALUES },
    );
  });

  it('are judged the same by a simulator on its port', async () => {
    const { appId, appSecret } = SAMPLES.miniProgram;
    const keyOf = (type: string) => `${type}1`;
    const simulator = await WeixinSimulator.start({
      port: 0,
      people: ['xiaoming'],
      accounts: [
        {
          ...{ appId, appSecret, kind: 'mini-program' },
          subscribeTemplates: MADE_TYPES.map((type) => ({
            ...{ priTmplId: type, title: '上课提醒', content: `值:{{${keyOf(type)}.DATA}}` },
            keywordEnumValueList: [{ keywordCode: 'enum1', enumValueList: ENUM_VALUES }],
          })),
        },
      ],
    });
    try {
      const token = simulator.mintBehindBack(appId);
      const send = async (type: string, value: string): Promise<number> => {
        const data = { [keyOf(type)]: { value } };
        const response = await fetch(
          `${simulator.url}/cgi-bin/message/subscribe/send?access_token=${token}`,
          {
            method: 'POST',
            body: JSON.stringify({ touser: simulator.openid('xiaoming', appId), template_id: type, data }),
          },
        );
        return ((await response.json()) as { errcode: number }).errcode;
      };
      for (const type of MADE_TYPES) {
        for (const { value, fits } of fc.sample(madeValue(type), 10)) {
          // Nobody accepted the template: what is fit to be sent is refused for that.
          expect([type, value, await send(type, value)]).toEqual([type, value, fits ? 43101 : 47003]);
        }
      }
    } finally {
      await simulator.close();
    }
  });
});
