import { writeFileSync } from 'node:fs';
import { consoleProblems, PATH_OF_CONSOLE_PROBLEMS } from './console-problems.js';

writeFileSync(PATH_OF_CONSOLE_PROBLEMS, consoleProblems());
