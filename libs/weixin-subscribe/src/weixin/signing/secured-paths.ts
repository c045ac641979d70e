/**
 * The paths that WeChat signs and encrypts for an account with API security; every other call goes in clear
 * (docs/platform.md §13.1). Compared as a whole: `getwxacode` is not `getwxacodeunlimit`.
 */
const JSON_PATHS = [
  '/cgi-bin/clear_quota',
  '/cgi-bin/openapi/quota/get',
  '/cgi-bin/openapi/rid/get',
  '/cgi-bin/message/custom/send',
  '/cgi-bin/message/subscribe/send',
  '/cgi-bin/message/wxopen/updatablemsg/send',
  '/cgi-bin/express/business/account/getall',
  '/cgi-bin/express/business/delivery/getall',
  '/cgi-bin/express/business/printer/getall',
  '/cgi-bin/soter/verify_signature',
  '/wxaapi/newtmpl/addtemplate',
  '/wxaapi/newtmpl/deltemplate',
  '/wxaapi/log/get_performance',
  '/wxaapi/log/jserr_detail',
  '/wxaapi/log/jserr_list',
  '/wxa/business/checkencryptedmsg',
  '/wxa/business/getuserencryptkey',
  '/wxa/business/getuserphonenumber',
  '/wxa/business/performance/boot',
  '/wxa/devplugin',
  '/wxa/getpluginopenpid',
  '/wxa/getuserriskrank',
  '/wxa/getwxadevinfo',
  '/wxa/media_check_async',
  '/wxa/msg_sec_check',
  '/wxa/plugin',
  '/wxa/servicemarket',
];

/** They answer a picture, and nothing says what a secured picture looks like. */
const BINARY_PATHS = ['/cgi-bin/wxaapp/createwxaqrcode', '/wxa/getwxacode', '/wxa/getwxacodeunlimit'];

/** Whole families of which every path is secured. */
const FAMILIES = ['/datacube/getweanalysisappid', '/cgi-bin/express/intracity/'];

const secured = new Set([...JSON_PATHS, ...BINARY_PATHS]);

export function isSecuredPath(path: string): boolean {
  return secured.has(path) || FAMILIES.some((family) => path.startsWith(family));
}

export function answersBinary(path: string): boolean {
  return BINARY_PATHS.includes(path);
}
