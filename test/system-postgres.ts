import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chownSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { findPostgres } from '../scripts/ensure-postgres.mjs';

/** A real PostgreSQL server, started for a test. It has no pgvector. */
export interface SystemPostgres {
  /** `postgres://…` with a password that the server asks for. */
  readonly address: string;
  /** Ends it, as an administrator does: connections are cut, data stay. */
  stop(): Promise<void>;
  /** Ends it at once, as a power failure does. */
  crash(): Promise<void>;
  /** Starts it again, on the same port. */
  start(): Promise<void>;
  close(): Promise<void>;
}

const PASSWORD = 'secret';

/** Whether there is one to be started. */
export function hasSystemPostgres(): boolean {
  return findPostgres() !== undefined;
}

export async function startSystemPostgres(): Promise<SystemPostgres> {
  const bin = findPostgres()!;
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
  let child: ChildProcess | undefined;

  async function start(): Promise<void> {
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
  async function end(signal: NodeJS.Signals): Promise<void> {
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

function idOf(flag: '-u' | '-g'): number {
  return Number(execFileSync('id', [flag, 'postgres'], { encoding: 'utf8' }));
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  server.close();
  await once(server, 'close');
  return port;
}
