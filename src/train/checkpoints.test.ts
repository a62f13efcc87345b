import { mkdtemp, readdir, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { createCheckpointFolder } from './checkpoints.ts';
import type { RunProgress } from './progress.ts';
import { encodeSafetensors } from './safetensors.ts';

const entries = [
  { name: 'step', shape: [] },
  { name: 'dense/weight', shape: [2, 2] },
];
const state = new Map([
  ['step', Float32Array.of(12)],
  ['dense/weight', Float32Array.of(0.1, -0.2, 1e-30, 4)],
]);
const progress: RunProgress = {
  epoch: 1,
  stepInEpoch: 4,
  sums: { loss: 0.1 + 0.2, meanPositiveDistance: 1 / 3 },
  records: [],
  seconds: 3.25,
  identity: 'abc',
};
let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'samesame-checkpoints-'));
});
afterEach(() => rm(folder, { recursive: true }));

it('a checkpoint comes back as it was saved, to the last bit', async () => {
  const checkpoints = createCheckpointFolder(join(folder, 'deep'), entries);
  expect(await checkpoints.load('last')).toBeUndefined();
  await checkpoints.save('last', { state, progress });
  expect(await checkpoints.load('last')).toEqual({ state, progress });
  expect(await checkpoints.load('best')).toBeUndefined();
  expect(JSON.parse(await readFile(join(folder, 'deep', 'last.json'), 'utf8'))).toEqual(progress);
  expect((await readdir(join(folder, 'deep'))).sort()).toEqual(['last.json', 'last.safetensors']);
});

it('best and last do not touch each other, and the later one stays', async () => {
  const checkpoints = createCheckpointFolder(folder, entries);
  await checkpoints.save('best', { state, progress });
  await checkpoints.save('last', { state, progress: { ...progress, epoch: 2 } });
  await checkpoints.save('last', { state, progress: { ...progress, epoch: 3 } });
  expect((await checkpoints.load('best'))?.progress.epoch).toBe(1);
  expect((await checkpoints.load('last'))?.progress.epoch).toBe(3);
});

it('a damaged file, or one that is something else, is E_CHECKPOINT', async () => {
  const checkpoints = createCheckpointFolder(folder, entries);
  await checkpoints.save('last', { state, progress });
  await truncate(join(folder, 'last.safetensors'), 300);
  const isDamaged = expect.objectContaining({
    code: 'E_CHECKPOINT',
    message: expect.stringMatching(/help: .+/),
  });
  await expect(checkpoints.load('last')).rejects.toThrow(isDamaged);
  const others: Record<string, string>[] = [
    {},
    { format: 'samesame-checkpoint' },
    { format: 'samesame-checkpoint', progress: '{' },
  ];
  for (const metadata of others) {
    await writeFile(join(folder, 'last.safetensors'), encodeSafetensors({ tensors: new Map(), metadata }));
    await expect(checkpoints.load('last')).rejects.toThrow(isDamaged);
  }
});

it('a file that cannot be read does not pass for a missing one', async () => {
  const checkpoints = createCheckpointFolder(join(folder, 'file.txt'), entries);
  await writeFile(join(folder, 'file.txt'), 'not a folder');
  await expect(checkpoints.load('last')).rejects.toThrow(expect.objectContaining({ code: 'E_IO' }));
});
