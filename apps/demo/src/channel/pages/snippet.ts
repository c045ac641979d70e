import type { ChannelEntry } from '../channel.catalog.js';

/** What a real front end has to hold, to be read and copied. */
export function snippetOf({ name }: ChannelEntry, given: Snippet): string {
  return SNIPPETS[name](given);
}

interface Snippet {
  appId: string;
  templateId: string;
  publicBaseUrl: string;
}

const SNIPPETS: Record<ChannelEntry['name'], (given: Snippet) => string> = {
  'mini-subscribe': ({ appId, templateId, publicBaseUrl }) => `// before the tap: an intent for this user
const { state } = await post('${publicBaseUrl}/weixin/subscribe/intents',
  { appId: '${appId}', templateIds: ['${templateId}'] });

// in the handler of the tap
wx.requestSubscribeMessage({
  tmplIds: ['${templateId}'],
  complete: (result) =>
    post('${publicBaseUrl}/weixin/subscribe/results', { state, result }),
});`,

  'service-notice': ({
    appId,
    templateId,
    publicBaseUrl,
  }) => `<script src="https://res.wx.qq.com/open/js/jweixin-1.6.0.js"></script>
<wx-open-subscribe id="ask" template="${templateId}">
  <script type="text/wxtag-template"><button>订阅</button></script>
</wx-open-subscribe>
<script type="module">
  const page = encodeURIComponent(location.href.split('#')[0]);
  const signed = await fetch(\`${publicBaseUrl}/weixin/jssdk/config?appId=${appId}&url=\${page}\`);
  wx.config({ ...await signed.json(), jsApiList: [], openTagList: ['wx-open-subscribe'] });

  const { state } = await post('${publicBaseUrl}/weixin/subscribe/intents',
    { appId: '${appId}', templateIds: ['${templateId}'] });
  const report = ({ detail: result }) =>
    post('${publicBaseUrl}/weixin/subscribe/results', { state, result });
  ask.addEventListener('success', report);
  ask.addEventListener('error', report);
</script>`,

  'mini-template': ({ appId, publicBaseUrl }) => `<form report-submit bindsubmit="submit">…</form>

// e.detail.formId goes to your backend, which holds a service key
POST ${publicBaseUrl}/weixin/form-ids
{ "appId": "${appId}", "openid": "…", "formId": "…" }     one message
{ "appId": "${appId}", "openid": "…", "prepayId": "…" }   three messages`,
};
