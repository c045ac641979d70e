// Writes into the packages where their source is: node .ci/repository.mjs https://github.com/owner/name
// The repository does not know its own address; the workflow that publishes does.
import { edit, PACKAGES } from './packages.mjs';

const [url] = process.argv.slice(2);
if (!URL.canParse(url ?? '')) throw new Error('usage: node .ci/repository.mjs <address of the repository>');

for (const folder of Object.values(PACKAGES)) {
  const members = {
    repository: { type: 'git', url: `git+${url}.git`, directory: folder },
    homepage: `${url}#readme`,
    bugs: { url: `${url}/issues` },
  };
  const text = JSON.stringify(members, null, 2).slice('{\n'.length, -'\n}'.length);
  edit(`${folder}/package.json`, [/^ {2}"license"/m, `${text},\n  "license"`]);
}
