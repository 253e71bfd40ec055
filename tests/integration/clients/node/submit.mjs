// Submits one message with nodemailer, as the octets of a file. Standard input is one JSON object:
// library (the path of nodemailer), host, port, user, password, mechanism, implicit (TLS from the
// start, or STARTTLS), ca (a file), from, to, message (a file). Used by senders/nodemailer.py.

import fs from 'node:fs';
import path from 'node:path';
import {pathToFileURL} from 'node:url';

const told = JSON.parse(fs.readFileSync(0, 'utf8'));
const entry = path.join(told.library, 'lib', 'nodemailer.js');
const {default: nodemailer} = await import(pathToFileURL(entry).href);

const transport = nodemailer.createTransport({
  host: told.host,
  port: told.port,
  name: 'client.test',
  secure: told.implicit,
  requireTLS: !told.implicit,
  tls: {ca: fs.readFileSync(told.ca), servername: told.host},
  auth: {user: told.user, pass: told.password},
  authMethod: told.mechanism,
  connectionTimeout: 30000,
  socketTimeout: 30000,
});

const sent = await transport.sendMail({
  envelope: {from: told.from, to: told.to},
  raw: fs.readFileSync(told.message),
});
transport.close();
if (sent.rejected.length > 0) throw new Error(`refused: ${sent.rejected}`);
