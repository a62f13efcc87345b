// Starts a real PostgreSQL server of its own, for tests and measurements.
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chownSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { findPostgres } from './ensure-postgres.mjs';

const PASSWORD = 'secret';

/** Whether there is one to be started. */
export function hasPostgres() {
  return findPostgres() !== undefined;
}

/**
 * A server in a temporary folder, with a password that it asks for.
 * @returns {Promise<import('./start-postgres.mjs').RunningPostgres>}
 */
export async function startPostgresServer() {
  const bin = findPostgres();
  if (bin === undefined) throw new Error('there is no PostgreSQL server to be started');
  const root = mkdtempSync(join(tmpdir(), 'samesame-postgres-'));
  const data = join(root, 'data');
  mkdirSync(data, { mode: 0o700 });
  const passwordFile = join(root, 'password');
  writeFileSync(passwordFile, PASSWORD);
  // The server refuses to run as root, so it runs as the user that came with its package.
  const user = process.getuid?.() === 0 ? { uid: idOf('-u'), gid: idOf('-g') } : {};
  if (user.uid !== undefined)
    for (const path of [root, data, passwordFile]) chownSync(path, user.uid, user.gid);
  execFileSync(
    join(bin, 'initdb'),
    [
      '-D',
      data,
      '-U',
      'postgres',
      '-A',
      'scram-sha-256',
      '--pwfile',
      passwordFile,
      '--no-sync',
      '-E',
      'UTF8',
    ],
    { ...user, stdio: 'pipe', cwd: root },
  );
  const port = await freePort();
  const address = `postgres://postgres:${PASSWORD}@127.0.0.1:${port}/postgres?sslmode=disable`;
  /** @type {import('node:child_process').ChildProcess | undefined} */
  let child;

  async function start() {
    const settings = [
      'listen_addresses=127.0.0.1',
      `port=${port}`,
      'fsync=off',
      `unix_socket_directories=${root}`,
    ];
    const args = ['-D', data, ...settings.flatMap((setting) => ['-c', setting])];
    child = spawn(join(bin, 'postgres'), args, { ...user, stdio: 'ignore', cwd: root });
    for (let attempt = 0; ; attempt++) {
      const client = new pg.Client({ connectionString: address });
      const failure = await client.connect().then(
        () => undefined,
        (error) => error,
      );
      await client.end().catch(() => {});
      if (failure === undefined) return;
      if (attempt > 200 || child.exitCode !== null) throw failure;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
  /** @param {NodeJS.Signals} signal */
  async function end(signal) {
    if (child === undefined || child.exitCode !== null) return;
    const ended = once(child, 'exit');
    child.kill(signal);
    await ended;
    child = undefined;
  }

  await start();
  return {
    address,
    stop: () => end('SIGINT'), // "fast shutdown"
    crash: () => end('SIGQUIT'), // "immediate shutdown": it recovers at the next start
    start,
    async close() {
      await end('SIGINT');
      rmSync(root, { recursive: true, force: true });
    },
  };
}

/** @param {'-u' | '-g'} flag */
function idOf(flag) {
  return Number(execFileSync('id', [flag, 'postgres'], { encoding: 'utf8' }));
}

async function freePort() {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = /** @type {import('node:net').AddressInfo} */ (server.address());
  server.close();
  await once(server, 'close');
  return port;
}
