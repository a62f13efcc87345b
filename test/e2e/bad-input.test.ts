import { spawnSync } from 'node:child_process';
import { access, chmod, cp, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, type TestContext } from 'vitest';
import { createRandom } from '../../src/base/random.ts';
import { openDataset } from '../../src/data/sources/open.ts';
import type { ModelSettings } from '../../src/model/build.ts';
import { buildEncoderModel } from '../../src/model/encoder-graph.ts';
import { loadModel } from '../../src/model/load.ts';
import { saveModel, sha256 } from '../../src/model/save.ts';
import { dense } from '../../src/nn/layers/dense.ts';
import { sequential } from '../../src/nn/layers/sequential.ts';
import { flatten } from '../../src/nn/layers/shape.ts';
import type { TrainEvent } from '../../src/train/progress.ts';
import { drawImage, makeImageFolder } from '../tiny-images.ts';
import { failureOf, runOnOneThread } from './job.ts';

let root: string;
let images: string;
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'samesame-bad-input-'));
  images = await makeImageFolder(join(root, 'images'));
});
afterAll(() => rm(root, { recursive: true }));

/** The smallest encoder: two sums of a pixel's channels, so to say. */
function smallEncoder(seed: number): Uint8Array {
  const encoder = {
    name: 'small',
    embeddingSize: 2,
    normalized: false,
    layer: sequential({ flatten, dense: dense(2) }),
  };
  const values = new Map([
    ['dense/weight', Float32Array.of(seed, 1)],
    ['dense/bias', Float32Array.of(0, seed)],
  ]);
  return buildEncoderModel(encoder, { height: 1, width: 1, channels: 1 }, { mean: 0, deviation: 1 }, values);
}

const SETTINGS: ModelSettings = {
  encoder: { name: 'small', embeddingSize: 2, normalized: false },
  input: { height: 1, width: 1, channels: 1, resize: 'stretch' },
  distance: 'euclidean',
  threshold: 0.5,
  calibration: { slope: 1, intercept: 0 },
  classes: [],
  provenance: {
    dataset: 'none',
    fingerprint: '',
    numImages: 0,
    seed: 0,
    samesame: '0',
    runtime: 'none',
    training: {},
  },
};

const newFolder = () => mkdtemp(join(root, 'case-'));

async function imagesWith(change: (folder: string) => Promise<unknown>): Promise<string> {
  const folder = await newFolder();
  await cp(images, folder, { recursive: true });
  await change(folder);
  return folder;
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}

/** An IDX file: its magic number, its sizes, its bytes. */
function idx(sizes: readonly number[], data: Uint8Array): Buffer {
  const header = Buffer.alloc(4 + 4 * sizes.length);
  header.writeUInt32BE(0x0800 + sizes.length, 0);
  sizes.forEach((size, i) => {
    header.writeUInt32BE(size, 4 + 4 * i);
  });
  return Buffer.concat([header, data]);
}

async function idxFolder(imageFile: Buffer, labelFile: Buffer): Promise<string> {
  const folder = await newFolder();
  await writeFile(join(folder, 'train-images-idx3-ubyte'), imageFile);
  await writeFile(join(folder, 'train-labels-idx1-ubyte'), labelFile);
  return folder;
}

describe('bad images among good ones', () => {
  it('are skipped, counted and listed', async () => {
    const folder = await imagesWith(async (path) => {
      await writeFile(join(path, 'bars', 'cut.jpg'), Buffer.from('ffd8ffe000104a46494600', 'hex'));
      await writeFile(join(path, 'discs', 'text.png'), 'this is no picture');
    });
    const out = join(await newFolder(), 'run');
    const { run, warnings } = await runOnOneThread(folder, out, { config: { epochs: 1 } });
    expect(warnings.join('\n')).toMatch(
      /2 of 82 images cannot be read and are skipped: .*cut\.jpg.*text\.png/s,
    );
    const listed = JSON.parse(await readFile(join(out, 'bad-images.json'), 'utf8'));
    expect(listed.map(({ id }: { id: string }) => id)).toEqual(['bars/cut.jpg', 'discs/text.png']);
    expect(listed.every(({ reason }: { reason: string }) => reason.length > 5)).toBe(true);
    const { train, validation, test } = run.data.splits;
    expect(train.length + validation.length + test.length).toBe(80);
    await loadModel(out);
  });

  it('end the run where they are too many, with the list', async () => {
    const folder = await imagesWith(async (path) => {
      for (const name of await readdir(join(path, 'bars')))
        await writeFile(join(path, 'bars', name), 'broken');
    });
    const { code, message } = await failureOf(runOnOneThread(folder, join(folder, 'run')));
    expect(code).toBe('E_IMAGES_BAD');
    expect(message).toMatch(/20 of the 80 images[\s\S]*bars\/00\.png[\s\S]*help: /);
  });
});

describe('data that cannot be learned from', () => {
  it('an empty folder', async () => {
    const { code, message } = await failureOf(openDataset(await newFolder()));
    expect(code).toBe('E_DATA_EMPTY');
    expect(message).toMatch(/holds no image[\s\S]*expected: one sub-folder per class/);
  });

  it('one class', async () => {
    const folder = await makeImageFolder(await newFolder(), { classes: ['bars'], imagesPerClass: 4 });
    const { code, message } = await failureOf(runOnOneThread(folder, join(folder, 'run')));
    expect(code).toBe('E_DATA_ONE_CLASS');
    expect(message).toMatch(/has one class[\s\S]*4 images of "bars"[\s\S]*help: add a folder/);
  });

  it('classes of one image each', async () => {
    const folder = await makeImageFolder(await newFolder(), { imagesPerClass: 1 });
    const { code, message } = await failureOf(runOnOneThread(folder, join(folder, 'run')));
    expect(code).toBe('E_DATA_FEW_IMAGES');
    expect(message).toMatch(/no class of .* has two images[\s\S]*help: /);
  });

  it('too few images to hold some out', async () => {
    const folder = await makeImageFolder(await newFolder(), { imagesPerClass: 3 });
    const { code, message } = await failureOf(runOnOneThread(folder, join(folder, 'run')));
    expect(code).toBe('E_DATA_FEW_IMAGES');
    expect(message).toMatch(/too small to hold out images[\s\S]*help: /);
  });

  it('but one class of one image is a warning', async () => {
    const folder = await imagesWith(async (path) => {
      await mkdir(join(path, 'lonely'));
      await writeFile(join(path, 'lonely', '0.png'), await drawImage('bars', createRandom('lonely')));
    });
    const { warnings } = await runOnOneThread(folder, join(await newFolder(), 'run'), {
      config: { epochs: 1 },
    });
    expect(warnings).toEqual([
      expect.stringMatching(/1 of 5 classes have one image.*lonely.*add a second image/),
    ]);
  });

  it('images that are all alike end in a warning, and in a model that says so', async () => {
    const blank = await drawImage('bars', createRandom('blank'));
    const folder = await imagesWith(async (path) => {
      for (const name of await readdir(path))
        for (const file of await readdir(join(path, name))) await writeFile(join(path, name, file), blank);
    });
    const out = join(await newFolder(), 'run');
    const { run, warnings } = await runOnOneThread(folder, out, { config: { augment: 'none' } });
    expect(warnings.join()).toMatch(/the embedding has collapsed/);
    expect(run.measurement.verification.accuracy.value).toBeCloseTo(0.5, 5);
    await loadModel(out);
  });

  it('a truncated IDX file', async () => {
    const folder = await idxFolder(idx([6, 4, 4], new Uint8Array(70)), idx([6], new Uint8Array(6)));
    const { code, message } = await failureOf(openDataset(folder));
    expect(code).toBe('E_DATA_TRUNCATED');
    expect(message).toMatch(/train-images-idx3-ubyte[\s\S]*expected: [\s\S]*received: /);
  });

  it('a label file of another length', async () => {
    const folder = await idxFolder(idx([6, 4, 4], new Uint8Array(96)), idx([5], new Uint8Array(5)));
    const { code, message } = await failureOf(openDataset(folder));
    expect(code).toBe('E_DATA_LENGTH');
    expect(message).toMatch(/6[\s\S]*5/);
  });
});

describe('options that cannot be', () => {
  it.each([
    ['parts that leave nothing to train on', { validation: 0.6, test: 0.5 }],
    ['nothing held out to choose by', { validation: 0 }],
    ['nothing held out to measure with', { test: 0 }],
    ['a loss that cannot be fed so', { loss: 'triplet', feed: 'pairs' }],
    ['a misspelt option of a loss', { lossOptions: { magrin: 1 } }],
  ])('%s', async (_name, config) => {
    const out = join(await newFolder(), 'run');
    const { code, message } = await failureOf(runOnOneThread(images, out, { config: config as object }));
    expect(code).toBe('E_CONFIG');
    expect(message).toMatch(/expected: |help: /);
    expect(await exists(out)).toBe(false);
  });
});

it('a loss that is no longer a number stops the run, and no model is left to load', async () => {
  const out = join(await newFolder(), 'run');
  const job = { config: { learningRate: 1e30, optimizer: 'sgd', schedule: 'constant' } } as const;
  const { code, message } = await failureOf(runOnOneThread(images, out, job));
  expect(code).toBe('E_NAN');
  expect(message).toMatch(/training has diverged in epoch 1, step \d[\s\S]*help: lower --learning-rate/);
  expect((await failureOf(loadModel(out))).code).toBe('E_MODEL');
});

describe('a place that cannot be written to', () => {
  it.skipIf(process.platform === 'win32')('is known before any image is decoded', async () => {
    const folder = await newFolder();
    // Root may write anywhere, so it stops being root for as long as it takes.
    const isRoot = process.geteuid?.() === 0;
    await chmod(root, 0o755);
    await chmod(folder, 0o555);
    const events: TrainEvent[] = [];
    if (isRoot) process.seteuid!(65534);
    const { code, message } = await failureOf(
      runOnOneThread(images, join(folder, 'run'), { onEvent: (event) => events.push(event) }),
    ).finally(() => {
      if (isRoot) process.seteuid!(0);
    });
    await chmod(folder, 0o755);
    expect(code).toBe('E_PERMISSION');
    expect(message).toMatch(/not permitted[\s\S]*help: choose a folder that you may write to/);
    expect(events).toEqual([]);
  });

  it('is no folder', async () => {
    const file = join(await newFolder(), 'file');
    await writeFile(file, '');
    expect((await failureOf(runOnOneThread(images, join(file, 'run')))).code).toBe('E_IO');
  });
});

describe('a full disk', () => {
  /** A disk of so many kilobytes; undefined where this user may not make one. */
  async function mountDisk(kilobytes: number): Promise<string | undefined> {
    const folder = await newFolder();
    const { status } = spawnSync('mount', ['-t', 'tmpfs', '-o', `size=${kilobytes}k`, 'tmpfs', folder]);
    return status === 0 ? folder : undefined;
  }

  async function onDisk(
    { skip }: TestContext,
    kilobytes: number,
    action: (disk: string) => Promise<void>,
  ): Promise<void> {
    const disk = await mountDisk(kilobytes);
    if (disk === undefined) return skip('this user may not mount a small disk');
    await action(disk).finally(() => spawnSync('umount', [disk]));
  }

  it('while checkpoints are written is its own error, and leaves no half file', (context) =>
    onDisk(context, 200, async (disk) => {
      const { code, message } = await failureOf(runOnOneThread(images, join(disk, 'run')));
      expect(code).toBe('E_DISK_FULL');
      expect(message).toMatch(/disk is full[\s\S]*help: free some space.*--resume/);
      expect((await failureOf(loadModel(join(disk, 'run')))).code).toBe('E_MODEL');
      expect((await readdir(disk, { recursive: true })).filter((name) => name.includes('.tmp'))).toEqual([]);
    }));

  it('while a model is written leaves the former one', (context) =>
    onDisk(context, 120, async (disk) => {
      const former = { encoder: smallEncoder(1), config: SETTINGS, card: 'former' };
      await saveModel(join(disk, 'model'), former);
      const failure = failureOf(
        saveModel(join(disk, 'model'), { ...former, encoder: new Uint8Array(200_000) }),
      );
      expect((await failure).code).toBe('E_DISK_FULL');
      expect(await readdir(disk)).toEqual(['model']);
      await loadModel(disk);
      expect(await readFile(join(disk, 'model', 'README.md'), 'utf8')).toBe('former');
    }));
});

describe('a model that is being written', () => {
  it('cannot be loaded, nor in the way of the former one, when its writer is killed', async () => {
    const folder = await newFolder();
    const path = join(folder, 'model');
    await saveModel(path, { encoder: smallEncoder(1), config: SETTINGS, card: 'former' });
    const script = `
      import { writeFile } from 'node:fs/promises';
      import { writeFolderAtomic } from ${JSON.stringify(new URL('../../dist/base/files.js', import.meta.url).href)};
      await writeFolderAtomic(${JSON.stringify(path)}, async (folder) => {
        await writeFile(folder + '/config.json', '{}');
        process.kill(process.pid, 'SIGKILL');
      });`;
    const { signal } = spawnSync(process.execPath, ['--input-type=module', '--eval', script]);
    expect(signal).toBe('SIGKILL');
    expect((await readdir(folder)).length).toBe(2);
    await loadModel(folder);
    await saveModel(path, { encoder: smallEncoder(2), config: SETTINGS, card: 'new' });
    expect((await loadModel(folder)).config.encoder.sha256).toBe(sha256(smallEncoder(2)));
  });
});
