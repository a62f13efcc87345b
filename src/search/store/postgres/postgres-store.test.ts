import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { describeKilledStore } from '../../../../test/contract/killed-store.ts';
import { describeVectorStore, IDENTITY, makeRows } from '../../../../test/contract/vector-store.ts';
import { type PostgresServer, startPostgres } from '../../../../test/postgres-server.ts';
import { openStore } from '../open.ts';
import { parseAddress } from './address.ts';

/** A real server with pgvector, where one is given; tables are made in its schema "samesame". */
const GIVEN = process.env.SAMESAME_TEST_POSTGRES;
let server: PostgresServer;
let numStores = 0;

const base = () => GIVEN ?? server.address;
const addressOf = (store: string) => `${base()}${base().includes('?') ? '&' : '?'}store=${store}`;
const newAddress = () => addressOf(`test_${process.pid}_${numStores++}`);

beforeAll(async () => {
  if (GIVEN === undefined) server = await startPostgres();
}, 120_000);
afterAll(() => server?.close());

describeVectorStore(GIVEN === undefined ? 'PostgreSQL (PGlite)' : 'PostgreSQL', {
  async setUp() {},
  async tearDown() {},
  newAddress,
  open: openStore,
  snapshotOf: (address) => {
    const target = `${parseAddress(address).store}_copy`;
    return { target, address: addressOf(target) };
  },
});

describeKilledStore('Postgres', newAddress);

describe('a store in Postgres', () => {
  it('shares its database with other stores and is written to by several at once', async () => {
    const address = newAddress();
    const stores = await Promise.all([1, 2].map(() => openStore(address, { identity: IDENTITY })));
    await Promise.all(
      stores.map(async (store) => {
        for (let i = 0; i < 5; i++) await store.upsert(makeRows(20));
      }),
    );
    expect(await stores[0].count()).toBe(20);
    for (const store of stores) await store.close();
  });

  it('works in partitions, as docs/postgres.md makes them, and searches where nothing may be written', async () => {
    const text = await readFile(new URL('../../../../docs/postgres.md', import.meta.url), 'utf8');
    const statements = /```sql\n(BEGIN;.*?)```/s.exec(text)![1];
    const store = `part_${process.pid}`;
    const options = { identity: IDENTITY, exactNumbers: 300 * 8 };
    const rows = makeRows(400);
    const first = await openStore(addressOf(store), options);
    await first.add({ records: rows.records.slice(0, 390), vectors: rows.vectors.slice(0, 390 * 8) });
    await first.compact();
    const query = rows.vectors.slice(0, 8);
    const exact = await first.search(query, { k: 10, method: 'exact' });
    await first.close();
    const { default: pg } = await import('pg');
    const client = new pg.Client(base());
    await client.connect();
    await client.query(
      statements.replaceAll('store_photos', `store_${store}`).replace("'photos'", `'${store}'`),
    );

    const divided = await openStore(addressOf(store), options);
    expect(await divided.count()).toBe(390);
    expect(await divided.search(query, { k: 10, method: 'exact' })).toEqual(exact);
    await divided.upsert(rows);
    const { recall } = await divided.compact();
    expect(recall!.recall).toBeGreaterThan(0.9);
    const { answers } = await divided.search(query, { k: 10 });
    expect(answers[0]).toMatchObject({ method: 'approximate' });
    expect(answers[0].neighbours[0].record).toEqual(rows.records[0]);
    expect(await divided.delete([rows.records[0].id])).toBe(1);
    expect(await divided.count({ labels: ['class 1'], pathPrefix: '/photos/1/' })).toBe(80);
    await divided.close();

    // PGlite has one session for all connections; a real server takes the setting from the address.
    const readOnlyAddress = `${addressOf(store)}&options=-c%20default_transaction_read_only%3Don`;
    await client.query('SET default_transaction_read_only = on');
    const readOnly = await openStore(readOnlyAddress, { exactNumbers: 300 * 8 });
    const found = await readOnly.search(query, { k: 10 });
    expect(found.answers[0]).toMatchObject({ method: 'approximate' });
    await expect(readOnly.delete([rows.records[1].id])).rejects.toMatchObject({ code: 'E_STORE' });
    await readOnly.close();
    await client.query('SET default_transaction_read_only = off');
    await client.end();
  });

  it.skipIf(GIVEN !== undefined)('waits for a server that is away, and goes on', async () => {
    const told: string[] = [];
    const store = await openStore(newAddress(), { identity: IDENTITY, onWait: (text) => told.push(text) });
    await store.upsert(makeRows(5));
    await server.stop();
    const writing = store.upsert(makeRows(10));
    setTimeout(() => server.start(), 300);
    await writing;
    expect(await store.count()).toBe(10);
    expect(told).toHaveLength(2);
    expect(told[0]).toMatch(/waiting for it/);
    expect(told[0]).not.toMatch(/postgres:postgres/);
    expect(told[1]).toMatch(/is back/);
    await store.close();
  });

  it.skipIf(GIVEN !== undefined)(
    'gives up past its patience, and at once where it never was there',
    async () => {
      const store = await openStore(newAddress(), { identity: IDENTITY, patienceMs: 300 });
      await server.stop();
      await expect(store.count()).rejects.toMatchObject({ code: 'E_CONNECTION' });
      await expect(openStore(newAddress(), { identity: IDENTITY })).rejects.toMatchObject({
        code: 'E_CONNECTION',
      });
      await server.start();
      await store.close();
    },
  );

  it('reads addresses, and shows them without the password', () => {
    const { connectionString, shown, store } = parseAddress(
      'postgres://me:p%40ss@h:1/db?store=photos&sslmode=require',
    );
    expect(connectionString).toBe('postgres://me:p%40ss@h:1/db?sslmode=require');
    expect(store).toBe('photos');
    expect(shown).toBe('postgres://me:…@h:1/db?sslmode=require&store=photos');
    for (const bad of ['postgres://h:port/x', 'postgres://h/db?store=a"b', 'postgres://h/db?store='])
      expect(() => parseAddress(bad)).toThrow(expect.objectContaining({ code: 'E_CONFIG' }));
  });
});
