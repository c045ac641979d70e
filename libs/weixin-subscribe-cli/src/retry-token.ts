import { CliError, plain } from './cli-error.js';
import { HostClient, type HostFlags } from './host-client.js';

interface TokenResponse {
  expiresIn: number;
  expiresAt: string;
}

/**
 * Makes the host ask WeChat for a token at once. The token is not printed: a terminal keeps what it shows.
 * @throws {CliError} WeChat, or the host, refused; its remedy says what to do
 */
export async function retryToken(appId: string, flags: HostFlags & { json?: boolean }): Promise<void> {
  if (!/^[\w-]{1,32}$/.test(appId)) throw new CliError(`"${plain(appId)}" is not an appId`);
  const { expiresIn, expiresAt } = await HostClient.of(flags, '/token').post<TokenResponse>(
    `/${appId}/retry`,
  );
  console.log(
    flags.json
      ? JSON.stringify({ appId, expiresIn, expiresAt })
      : `account ${appId}: there is an access_token, for ${Number(expiresIn)} s more`,
  );
}
