import { writeFileSync } from 'node:fs';
import { errorsPage, LANGUAGES, pathOfErrorsPage } from './errors-page.js';

for (const language of LANGUAGES) writeFileSync(pathOfErrorsPage(language), errorsPage(language));
