import { jssdkSignature } from './jssdk-signature.js';

/** The example of the official page, and two more with its ticket (docs/platform.md §14.2). */
const EXAMPLE = {
  ticket: 'sM4AOVdWfPE4DxkXGEs8VMCPGGVi4C3VM0P37wVUCFvkVAy_90u5h9nbSlYy3-Sl-HhTdfl2fzFy1AOcHKP7qg',
  nonceStr: 'Wm3WZYTPz0wzccnW',
  timestamp: 1414587457,
};

it.each([
  ['http://mp.weixin.qq.com?params=value', '0f9de62fce790f9a083d5c99e95740ceb90c27ed'],
  ['http://mp.weixin.qq.com', 'f4d90daf4b3bca3078ab155816175ba34c443a7b'],
  ['http://mp.weixin.qq.com/', 'a1a0141122148a10c58bbd00ef52231dc4dda87a'],
])('signs %s as the official page does', (url, signature) => {
  expect(jssdkSignature({ ...EXAMPLE, url })).toBe(signature);
});
