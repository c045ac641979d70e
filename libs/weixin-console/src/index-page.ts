/** Of the text of an attribute. Paths are the host's, and a host may take one from anywhere. */
export const escapeHtml = (text: string): string =>
  text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);

/** Of this name, with what the page needs to know as JSON. */
const META = /<meta name="weixin-console"[^>]*>/;
/** Of the page's own files, which Vite names relative to the page. */
const RELATIVE = /(\s(?:src|href)=")(?:\.\/)?(?![/#.]|\w+:)/g;

/**
 * The built page, told where it is. Its files get absolute paths, since the page is served at any depth; a
 * `<base>` would do that, too, but our policy forbids it.
 * @param places `base` is the absolute path of the console
 */
export function pageWith(html: string, places: { base: string; traces: boolean }): string {
  const meta = `<meta name="weixin-console" content="${escapeHtml(JSON.stringify(places))}">`;
  const base = escapeHtml(places.base);
  const page = html
    .replace(/<base [^>]*>/g, '')
    .replace(RELATIVE, (_whole, attribute: string) => `${attribute}${base}/`);
  return META.test(page) ? page.replace(META, () => meta) : page.replace('<head>', () => `<head>${meta}`);
}

/** Where the page was not built, which happens in this repository only. */
export const pageWithoutBuild = (): string => `<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><title>Console: not built</title></head>
<body>
<h1>The console's page is not built 控制台页面尚未构建</h1>
<p>Run <code>npm run build:console</code> at the root of the repository, and start again.
请在仓库根目录运行 <code>npm run build:console</code>，然后重新启动。</p>
</body>
</html>
`;
