import { CliError, plain } from './cli-error.js';
import { HostClient, type HostFlags } from './host-client.js';

interface MessageResponse {
  id: string;
  status: string;
  reason?: string;
}

/**
 * Ends a message whose outcome is unknown. The same call again changes nothing.
 * @throws {CliError} there is no such message, it is not unknown, or the key lacks `messages:resolve`
 */
export async function resolveMessage(
  id: string,
  outcome: string,
  flags: HostFlags & { json?: boolean },
): Promise<void> {
  if (!/^[0-9a-f-]{36}$/i.test(id))
    throw new CliError(
      `"${plain(id)}" is not the id of a message`,
      'It is the messageId of the error that the send ended with, and in the export of a broadcast.',
    );
  const message = await HostClient.of(flags, '/messages').post<MessageResponse>(`/${id}/resolve`, {
    outcome,
  });
  const { status, reason } = message;
  console.log(
    flags.json ? JSON.stringify(message) : `message ${id} is ${plain(status)}: ${plain(reason ?? outcome)}`,
  );
}
