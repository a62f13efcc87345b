import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  hasPostgres,
  type RunningPostgres,
  startPostgresServer,
} from '../../../../scripts/start-postgres.mjs';
import { IDENTITY } from '../../../../test/contract/vector-store.ts';
import type { SamesameError } from '../../../base/errors.ts';
import { openStore } from '../open.ts';
import { parseAddress } from './address.ts';
import { connect } from './connection.ts';

// What a stand-in for a server cannot show: passwords, rights, a crash. No pgvector is needed.
describe.skipIf(!hasPostgres())('a PostgreSQL server (skipped where none is in /usr/lib/postgresql)', () => {
  let server: RunningPostgres;
  beforeAll(async () => {
    server = await startPostgresServer();
    const connection = await connect(parseAddress(server.address), {});
    await connection.query('making', "CREATE USER guest PASSWORD 'guest'");
    await connection.close();
  });
  afterAll(() => server.close());
  const at = (user: string, database = 'postgres') =>
    `postgres://${user}@${new URL(server.address).host}/${database}?sslmode=disable`;
  const failureOf = (address: string) =>
    openStore(address, { identity: IDENTITY }).then(
      () => undefined,
      (error: SamesameError) => error,
    );

  it('tells a wrong password, an unknown database and a missing extension apart, and tells no password', async () => {
    const cases = [
      ['postgres:wr0ng', 'postgres', 'E_PERMISSION', /did not let us in.*PGPASSWORD/s],
      ['postgres', 'postgres', 'E_PERMISSION', /did not let us in/],
      ['nobody:wr0ng', 'postgres', 'E_PERMISSION', /did not let us in/],
      ['postgres:secret', 'nothing', 'E_NOT_FOUND', /does not exist.*createdb/s],
      ['postgres:secret', 'postgres', 'E_STORE', /has no pgvector.*CREATE EXTENSION vector/s],
      ['guest:guest', 'postgres', 'E_STORE', /has no pgvector/],
    ] as const;
    for (const [user, database, code, message] of cases) {
      const failure = await failureOf(at(user, database));
      expect([user, failure?.code]).toEqual([user, code]);
      expect(failure!.message).toMatch(message);
      expect(failure!.message).not.toMatch(/wr0ng|:secret|:guest/);
    }
  });

  it('goes on after a crash of the server: what was committed is there, once', async () => {
    const wantedCrashes = process.env.SAMESAME_SLOW === '1' ? 3 : 1;
    const told: string[] = [];
    const connection = await connect(parseAddress(at('postgres:secret')), {
      onWait: (message) => told.push(message),
    });
    await connection.query('making', 'CREATE TABLE seen (n integer PRIMARY KEY)');
    let numCrashes = 0;
    for (let n = 0; n < 60; n++) {
      await connection.transaction('writing', async (client) => {
        await client.query('INSERT INTO seen VALUES ($1) ON CONFLICT DO NOTHING', [n]);
        // In the middle of a transaction, whose work is lost with it.
        if (n % 20 === 10 && numCrashes < Math.min(wantedCrashes, (n + 10) / 20)) {
          numCrashes++;
          await server.crash();
          await server.start();
        }
      });
    }
    const rows = await connection.query('reading', 'SELECT n FROM seen ORDER BY n');
    expect(rows.map(({ n }) => n)).toEqual(Array.from({ length: 60 }, (_, n) => n));
    expect(numCrashes).toBe(wantedCrashes);
    expect(told).toHaveLength(2 * wantedCrashes);
    await connection.close();
  });
});
