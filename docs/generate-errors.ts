import { writeFileSync } from 'node:fs';
import { errorsPage, pathOfErrorsPage } from './errors-page.js';
import { LANGUAGES } from './languages.js';

for (const language of LANGUAGES) writeFileSync(pathOfErrorsPage(language), errorsPage(language));
