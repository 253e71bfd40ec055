// Fetches a maildrop with node-pop3 and writes each message to a file, as the octets that the
// library's stream gives. Standard input is one JSON object: library (the path of node-pop3), host,
// port, user, password, tls, ca (a file), folder, keep. Used by node_pop3.py.

import fs from 'node:fs';
import path from 'node:path';
import {pathToFileURL} from 'node:url';

const told = JSON.parse(fs.readFileSync(0, 'utf8'));
const entry = path.join(told.library, 'src', 'Command.js');
const {default: Pop3} = await import(pathToFileURL(entry).href);

const client = new Pop3({
  host: told.host,
  port: told.port,
  user: told.user,
  password: told.password,
  tls: told.tls,
  tlsOptions: told.tls ? {ca: fs.readFileSync(told.ca), servername: told.host} : undefined,
  timeout: 30000,
});

const octets = async (stream) => {
  const chunks = [];
  for await (const chunk of stream) chunks.push(chunk);
  return Buffer.concat(chunks);
};

const count = Number((await client.STAT()).split(' ')[0]);
for (let number = 1; number <= count; number += 1) {
  const [, stream] = await client.command('RETR', number);
  fs.writeFileSync(path.join(told.folder, String(number)), await octets(stream));
  if (!told.keep) await client.DELE(number);
}
await client.QUIT();
