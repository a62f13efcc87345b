import { PGlite } from '@electric-sql/pglite';
import { vector } from '@electric-sql/pglite-pgvector';
import { PGLiteSocketServer } from '@electric-sql/pglite-socket';

/** A Postgres with pgvector behind a real wire connection: PGlite in this process. */
export interface PostgresServer {
  /** `postgres://…`, without a store's name. */
  readonly address: string;
  /** Cuts every connection and listens no longer, as a server that is shut down; its data stays. */
  stop(): Promise<void>;
  /** Listens again, on the same port. */
  start(): Promise<void>;
  close(): Promise<void>;
}

export async function startPostgres(
  port = 20_000 + Math.floor(Math.random() * 30_000),
): Promise<PostgresServer> {
  const db = await PGlite.create({ extensions: { vector } });
  let server: PGLiteSocketServer | undefined;
  const start = async () => {
    server = new PGLiteSocketServer({ db, port, host: '127.0.0.1', maxConnections: 20 });
    await server.start();
  };
  const stop = async () => {
    await server?.stop();
    server = undefined;
  };
  await start();
  return {
    address: `postgres://postgres:postgres@127.0.0.1:${port}/postgres?sslmode=disable`,
    stop,
    start,
    async close() {
      await stop();
      await db.close();
    },
  };
}
