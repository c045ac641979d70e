// node test/support/check-types.mjs FOLDER: what tsc says of the files that FOLDER/tsconfig.json names, and
// of no others. They import the library by its sources, which `npm run typecheck` has checked with the same
// options: to do so again takes longer than all the rest.
import { join } from 'node:path';
import ts from 'typescript';

const stop = (diagnostic) => {
  throw new Error(ts.flattenDiagnosticMessageText(diagnostic.messageText, '\n'));
};
const host = { ...ts.sys, onUnRecoverableConfigFileDiagnostic: stop };
const config = ts.getParsedCommandLineOfConfigFile(join(process.argv[2], 'tsconfig.json'), {}, host);
if (config.fileNames.length === 0) throw new Error('there is no file to check');
const program = ts.createProgram(config.fileNames, config.options);
const found = [
  ...config.errors,
  ...program.getOptionsDiagnostics(),
  ...program.getGlobalDiagnostics(),
  ...config.fileNames.flatMap((name) => {
    const file = program.getSourceFile(name);
    return [
      ...program.getSyntacticDiagnostics(file),
      ...program.getSemanticDiagnostics(file),
      ...program.getDeclarationDiagnostics(file),
    ];
  }),
];
const names = { getCanonicalFileName: (name) => name, getCurrentDirectory: () => process.cwd(), getNewLine: () => '\n' };
process.stdout.write(ts.formatDiagnostics(found, names));
process.exitCode = found.length > 0 ? 2 : 0;
