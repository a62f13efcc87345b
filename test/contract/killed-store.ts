import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { createRandom } from '../../src/base/random.ts';
import { imageId } from '../../src/search/store/identity.ts';
import { openStore } from '../../src/search/store/open.ts';
import { IDENTITY } from './vector-store.ts';

const SCRIPT = fileURLToPath(new URL('write-store.mjs', import.meta.url));
const BATCH = 32;
const SIZE = IDENTITY.embeddingSize;
/** A store of a few batches is large already, so that compaction builds an index. */
const EXACT_NUMBERS = 4 * BATCH * SIZE;

/** Writes in a process of its own until it is killed. @returns the batches that it said were kept */
function writeUntilKilled(address: string, from: number, killAfterMs: number, inCompaction: boolean) {
  const args = {
    address,
    identity: IDENTITY,
    exactNumbers: EXACT_NUMBERS,
    from,
    batchSize: BATCH,
    compactEvery: 3,
  };
  const child = spawn(process.execPath, [SCRIPT, JSON.stringify(args)], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const start = inCompaction ? 'compacting' : 'open';
  let [stdout, stderr] = ['', ''];
  child.stdout.on('data', (chunk) => {
    const before = stdout;
    stdout += chunk;
    if (!before.includes(start) && stdout.includes(start))
      setTimeout(() => child.kill('SIGKILL'), killAfterMs);
  });
  child.stderr.on('data', (chunk) => {
    stderr += chunk;
  });
  return new Promise<{ kept: number[]; stderr: string; signal: NodeJS.Signals | null }>((resolve) =>
    child.on('close', (_, signal) => {
      const kept = stdout
        .split('\n')
        .filter((line) => /^\d+$/.test(line))
        .map(Number);
      resolve({ kept, stderr, signal });
    }),
  );
}

/** What has to hold after any kill: the store opens, has all that it said it kept, and nothing twice or half. */
export function describeKilledStore(name: string, newAddress: () => string): void {
  const numKills = process.env.SAMESAME_SLOW === '1' ? 20 : 2;
  describe(`a writer that is killed: ${name}`, () => {
    it(`${numKills} times, while it writes or tidies up, has lost nothing that was kept`, async () => {
      const address = newAddress();
      const random = createRandom(`kills ${name}`);
      const kept = new Set<number>();
      let from = 0;
      for (let kill = 0; kill < numKills; kill++) {
        const written = await writeUntilKilled(address, from, random.integer(250), kill % 2 === 1);
        expect(written).toMatchObject({ signal: 'SIGKILL', stderr: '' });
        for (const batch of written.kept) kept.add(batch);
        // The batch that was in flight is written again, and the one after it as new.
        from = Math.max(0, ...kept);
        const store = await openStore(address, { identity: IDENTITY, exactNumbers: EXACT_NUMBERS });
        const paths: string[] = [];
        for await (const records of store.list()) paths.push(...records.map(({ path }) => path));
        expect(new Set(paths).size).toBe(paths.length);
        expect(await store.count()).toBe(paths.length);
        const batches = new Set(paths.map((path) => Number(path.split('/')[2])));
        expect(paths.length).toBe(batches.size * BATCH);
        expect([...kept].filter((batch) => !batches.has(batch))).toEqual([]);
        for (const batch of batches) {
          const ids = Array.from({ length: BATCH }, (_, i) => imageId(`/photos/${batch}/${i}.jpg`));
          const { vectors } = await store.get(ids);
          expect(vectors).toEqual(Float32Array.from({ length: BATCH * SIZE }, (_, i) => batch + i / 7));
        }
        const { answers } = await store.search(new Float32Array(SIZE), { k: 5 });
        expect(answers[0].neighbours).toHaveLength(Math.min(5, paths.length));
        await store.close();
      }
      expect(kept.size).toBeGreaterThan(0);
    }, 600_000);
  });
}
