import { databaseName } from './config/data-source-options.js';
import { loadEnvironment, readVariables } from './config/load-environment.js';
import { createApp } from './create-app.js';
import { startError } from './start-error.js';

try {
  const environment = loadEnvironment(readVariables());
  const app = await createApp(environment);
  app.enableShutdownHooks();
  await app.listen(environment.PORT);
  const { PUBLIC_BASE_URL: url, DATABASE_URL: database } = environment;
  console.log(`上课提醒 Class reminders: ${url}  ·  API: ${url}/docs  ·  ${databaseName(database)}`);
} catch (error) {
  console.error(startError(error));
  process.exit(1);
}
