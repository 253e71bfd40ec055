// imapflow: logs in, lists, waits in IDLE for a new message (where there is no IDLE: asks until it
// is there), fetches it, and says what it saw.
// Told by JSON on standard input; answers with one line of JSON for each thing that it notices.

import { createRequire } from 'node:module';
import { readFileSync } from 'node:fs';

const told = JSON.parse(readFileSync(0, 'utf8'));
const { ImapFlow } = createRequire(import.meta.url)(told.library);

const tell = (what) => process.stdout.write(JSON.stringify(what) + '\n');

const client = new ImapFlow({
  host: told.host,
  port: told.port,
  secure: told.tls,
  tls: { ca: readFileSync(told.ca), servername: 'localhost' },
  auth: { user: told.user, pass: told.password },
  disableCompression: false,
  logger: false,
});

await client.connect();
const lock = await client.getMailboxLock('INBOX');
const before = client.mailbox.exists;
const arrived = new Promise((resolve) => client.on('exists', resolve));
tell({
  ready: before,
  compressed: Boolean(client._deflate),
  idle: client.capabilities.has('IDLE'),
});
const idles = client.capabilities.has('IDLE');
const idling = idles ? client.idle() : undefined;
let there = idles;
arrived.then(() => { there = true; });
while (!there) {
  await client.noop();
  await new Promise((resolve) => setTimeout(resolve, 100));
}
const news = await arrived;
tell({ exists: news.count });
await client.noop();
await idling;
const message = await client.fetchOne(String(news.count), { source: true });
tell({ source: message.source.toString('base64') });
lock.release();
await client.logout();
