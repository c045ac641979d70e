/**
 * What Jest takes for the code of a package's file: the environment's loader has the module itself. Jest's
 * own parts (its runner, say) pass here too, outside of any environment: Node compiles them as they are.
 */
const CODE = `
const load = globalThis[Symbol.for('load package')];
if (load) module.exports = load(__filename, require);
else module._compile(require('node:fs').readFileSync(__filename, 'utf8'), __filename);
`;
export default { process: () => ({ code: CODE }), getCacheKey: () => CODE };
