import { writeFileSync } from 'node:fs';
import { explainPage, pathOfExplainPage } from './explain-page.js';
import { LANGUAGES } from './languages.js';

for (const language of LANGUAGES) writeFileSync(pathOfExplainPage(language), explainPage(language));
