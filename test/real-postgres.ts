import { execFileSync } from 'node:child_process';
import { chownSync, existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A PostgreSQL server of this machine, which need not have pgvector. */
export interface RealPostgres {
  readonly port: number;
  /** As a superuser. */
  sql(statement: string): void;
  /** Ends it as a crash does, and starts it again. */
  crash(): void;
  close(): void;
}

const INSTALLED = '/usr/lib/postgresql';

/** Where the programs of a server lie; undefined where none is installed, or nobody is there to run it. */
function findPrograms(): string | undefined {
  const versions = existsSync(INSTALLED) ? readdirSync(INSTALLED).map(Number) : [];
  const newest = versions.filter(Number.isFinite).sort((a, b) => b - a)[0];
  const programs = join(INSTALLED, String(newest), 'bin');
  if (!existsSync(join(programs, 'initdb'))) return undefined;
  return process.getuid?.() !== 0 || postgresUser() !== undefined ? programs : undefined;
}

/** The server refuses to run as root. */
function postgresUser(): { readonly uid: number; readonly gid: number } | undefined {
  try {
    const idOf = (flag: string) =>
      Number(
        execFileSync('id', [flag, 'postgres'], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }),
      );
    return { uid: idOf('-u'), gid: idOf('-g') };
  } catch {
    return undefined;
  }
}

export const hasRealPostgres = findPrograms() !== undefined;

/** The user "postgres" has the password "secret", and "guest" the password "guest" and no rights. */
export function startRealPostgres(): RealPostgres {
  const programs = findPrograms()!;
  const root = mkdtempSync(join(tmpdir(), 'samesame-postgres-'));
  const user = process.getuid?.() === 0 ? postgresUser() : undefined;
  if (user !== undefined) chownSync(root, user.uid, user.gid);
  const run = (name: string, ...args: string[]) =>
    execFileSync(join(programs, name), args, {
      ...user,
      cwd: root,
      stdio: 'ignore',
      env: { ...process.env, PGPASSWORD: 'secret', LC_ALL: 'C' },
    });
  const data = join(root, 'data');
  const port = 20_000 + Math.floor(Math.random() * 30_000);
  const password = join(root, 'password');
  writeFileSync(password, 'secret\n');
  run(
    'initdb',
    '-D',
    data,
    '-U',
    'postgres',
    '-A',
    'scram-sha-256',
    `--pwfile=${password}`,
    '-N',
    '-E',
    'UTF8',
  );
  const options = `-p ${port} -k ${root} -c listen_addresses=127.0.0.1 -c shared_buffers=16MB`;
  const start = () => run('pg_ctl', '-D', data, '-w', '-l', join(root, 'log'), '-o', options, 'start');
  const stop = () => run('pg_ctl', '-D', data, '-w', '-m', 'immediate', 'stop');
  start();
  const sql = (statement: string) => {
    run(
      'psql',
      '-h',
      '127.0.0.1',
      '-p',
      `${port}`,
      '-U',
      'postgres',
      '-v',
      'ON_ERROR_STOP=1',
      '-c',
      statement,
    );
  };
  sql("CREATE USER guest PASSWORD 'guest'");
  return {
    port,
    sql,
    crash() {
      stop();
      start();
    },
    close() {
      stop();
      rmSync(root, { recursive: true, force: true });
    },
  };
}
