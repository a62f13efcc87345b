import { appendFile, chmod, mkdtemp, readdir, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readEventFile, readSession } from '../../../test/read-events.ts';
import { crc32c } from './crc32c.ts';
import type { SummaryValue } from './event.ts';
import { createEventFile } from './event-file.ts';
import { countValues } from './histogram.ts';

let root: string;
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'samesame-events-'));
});
afterAll(() => rm(root, { recursive: true }));
const newFolder = () => mkdtemp(join(root, 'run-'));

const loss = (value: number): SummaryValue => ({ kind: 'scalar', tag: 'train/loss', value });

async function readFolder(folder: string): Promise<Uint8Array[]> {
  const names = (await readdir(folder)).sort();
  return Promise.all(names.map((name) => readFile(join(folder, name))));
}

describe('crc32c', () => {
  it.each([
    ['nothing', [], 0],
    ['the digits', [...'123456789'].map((digit) => digit.charCodeAt(0)), 0xe3069283],
    ['32 zeros', new Array(32).fill(0), 0x8a9136aa],
    ['32 times 255', new Array(32).fill(255), 0x62a8ab43],
    ['0 to 31', Array.from({ length: 32 }, (_, i) => i), 0x46dd794e],
  ])('has the published value for %s', (_name, bytes, expected) => {
    expect(crc32c(Uint8Array.from(bytes))).toBe(expected);
  });
});

describe('an event file', () => {
  it('begins with its version and the start of a session', async () => {
    const before = Date.now() / 1000;
    const { path } = await createEventFile(join(await newFolder(), 'new', 'folder'), { firstStep: 300 });
    const { events, tornBytes } = readEventFile(await readFile(path));
    expect(events).toEqual([
      { wallTime: expect.any(Number), step: 0, fileVersion: 'brain.Event:2', values: [] },
      { wallTime: expect.any(Number), step: 300, session: 1, values: [] },
    ]);
    expect(events[0].wallTime).toBeGreaterThanOrEqual(before);
    expect(events[0].wallTime).toBeLessThanOrEqual(Date.now() / 1000);
    expect(tornBytes).toBe(0);
    // What TensorBoard looks for in a name.
    expect(path).toMatch(/events\.out\.tfevents\.\d{10}\.[^/\\]+$/);
  });

  it('holds what was appended', async () => {
    const { append, path } = await createEventFile(await newFolder());
    const histogram = countValues(Float32Array.of(-1.5, 0, 0.25, 0.25, 1e-7));
    const png = Uint8Array.from({ length: 70_000 }, (_, i) => i % 251);
    await append(7, [loss(0.1), { kind: 'histogram', tag: 'weights/größe', histogram }]);
    await append(2 ** 40, [{ kind: 'image', tag: 'pairs', image: { png, width: 300, height: 20 } }]);
    const { events } = readEventFile(await readFile(path));
    expect(events.slice(2).map(({ step, values }) => ({ step, values }))).toEqual([
      {
        step: 7,
        values: [
          { tag: 'train/loss', scalar: Math.fround(0.1) },
          { tag: 'weights/größe', histogram },
        ],
      },
      {
        step: 2 ** 40,
        values: [{ tag: 'pairs', image: { width: 300, height: 20, colorspace: 3, png: Buffer.from(png) } }],
      },
    ]);
  });

  it('takes a histogram of nothing', async () => {
    const { append, path } = await createEventFile(await newFolder());
    await append(1, [{ kind: 'histogram', tag: 'empty', histogram: countValues([]) }]);
    const [value] = readEventFile(await readFile(path)).events[2].values;
    expect(value.histogram).toMatchObject({ num: 0, min: 0, max: 0, counts: [0] });
  });

  it('leaves out numbers that are none', async () => {
    const { append, path } = await createEventFile(await newFolder());
    await append(1, [loss(Number.NaN), { kind: 'scalar', tag: 'rate', value: 0.5 }]);
    await append(2, [loss(Number.POSITIVE_INFINITY), loss(1e300)]);
    await append(3, []);
    const { events } = readEventFile(await readFile(path));
    expect(events.slice(2).map(({ step, values }) => [step, values])).toEqual([
      [1, [{ tag: 'rate', scalar: 0.5 }]],
    ]);
  });

  it('cut anywhere loses no record before the cut', async () => {
    const { append, path } = await createEventFile(await newFolder());
    const ends = [(await readFile(path)).length];
    for (const step of [1, 2]) {
      await append(step, [loss(step), { kind: 'histogram', tag: 'w', histogram: countValues([step]) }]);
      ends.push((await readFile(path)).length);
    }
    const whole = await readFile(path);
    for (let length = ends[0]; length <= ends[2]; length++) {
      const { events, tornBytes } = readEventFile(whole.subarray(0, length));
      const numWhole = ends.filter((end) => end <= length).length;
      expect(events).toHaveLength(1 + numWhole);
      expect(tornBytes).toBe(length - ends[numWhole - 1]);
    }
  });

  it('is noticed where a byte of it has changed', async () => {
    const { append, path } = await createEventFile(await newFolder());
    await append(1, [loss(1)]);
    const whole = await readFile(path);
    whole[whole.length - 6] ^= 1;
    expect(() => readEventFile(whole)).toThrow(/checksum/);
  });
});

describe('a session after a kill', () => {
  it('has a file of its own, and takes back what it will write again', async () => {
    const folder = await newFolder();
    const first = await createEventFile(folder);
    for (const step of [10, 20, 30]) await first.append(step, [loss(step)]);
    await truncate(first.path, (await readFile(first.path)).length - 5);
    const torn = await readFile(first.path);
    const second = await createEventFile(folder, { firstStep: 20 });
    for (const step of [20, 30, 40]) await second.append(step, [loss(-step)]);

    expect(await readFile(first.path)).toEqual(torn);
    const seen = readSession(await readFolder(folder)).get('train/loss')!;
    expect([...seen].map(([step, { scalar }]) => [step, scalar])).toEqual([
      [10, 10],
      [20, -20],
      [30, -30],
      [40, -40],
    ]);
  });

  it('sorts behind files of a clock that ran ahead', async () => {
    const folder = await newFolder();
    const ahead = 'events.out.tfevents.9000000000.elsewhere';
    await writeFile(join(folder, ahead), '');
    await appendFile(join(folder, 'notes.txt'), 'not an event file');
    const files = [await createEventFile(folder), await createEventFile(folder)];
    const names = (await readdir(folder)).filter((name) => name.includes('tfevents')).sort();
    expect(names.map((name) => join(folder, name))).toEqual([
      join(folder, ahead),
      ...files.map(({ path }) => path),
    ]);
  });
});

describe('a folder that cannot be written to', () => {
  it.skipIf(process.getuid?.() === 0)('is named', async () => {
    const folder = await newFolder();
    await chmod(folder, 0o500);
    await expect(createEventFile(folder)).rejects.toMatchObject({ code: 'E_PERMISSION' });
  });

  it('because it is a file is named', async () => {
    const path = join(await newFolder(), 'file');
    await writeFile(path, '');
    await expect(createEventFile(path)).rejects.toMatchObject({
      code: 'E_IO',
      message: expect.stringContaining(path),
    });
  });
});
