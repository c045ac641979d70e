import { writeFileSync } from 'node:fs';
import { LANGUAGES, pathOfStatesPage, statesPage } from './states-page.js';

for (const language of LANGUAGES) writeFileSync(pathOfStatesPage(language), statesPage(language));
