import { FieldReader } from '../common/field-reader.js';

/**
 * WeChat Cloud Run (微信云托管) with the open-interface service switched on: the simulator stands for the relay,
 * too, so that calls without access_token are made in the name of an account (row 53).
 */
export interface CloudRunOptions {
  /** The account that the environment belongs to. */
  owner: string;
  /** Accounts that it is shared with, which a call names by `from_appid`. @default none */
  sharedWith?: string[];
  /**
   * Paths that the relay lets through, as on the console: each one exactly, or `/*` for all of them.
   * @default ['/*']
   */
  allowedPaths?: string[];
}

export type CloudRun = Required<CloudRunOptions>;

export function readCloudRun(item: unknown, path: string): CloudRun {
  const fields = new FieldReader(item, path).onlyKnown(['owner', 'sharedWith', 'allowedPaths']);
  return {
    owner: fields.requiredText('owner'),
    sharedWith: fields.texts('sharedWith') ?? [],
    allowedPaths: fields.texts('allowedPaths', /^\/\S*$/, 'must be a path, or /*') ?? ['/*'],
  };
}
