// A store for the measurements: PGlite with pgvector, in a process of its own. Prints its address; ends with its stdin.
import { once } from 'node:events';
import { createServer } from 'node:net';
import { PGlite } from '@electric-sql/pglite';
import { vector } from '@electric-sql/pglite-pgvector';
import { PGLiteSocketServer } from '@electric-sql/pglite-socket';

const probe = createServer().listen(0, '127.0.0.1');
await once(probe, 'listening');
const { port } = probe.address();
probe.close();
const db = await PGlite.create({ extensions: { vector } });
const server = new PGLiteSocketServer({ db, port, host: '127.0.0.1', maxConnections: 20 });
await server.start();
process.stdout.write(`postgres://postgres:postgres@127.0.0.1:${port}/postgres?sslmode=disable\n`);
process.stdin.resume().on('end', () => process.exit());
