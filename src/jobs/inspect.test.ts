import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createPlanter, drawScene } from '../../test/planted-folder.ts';
import { createRandom } from '../base/random.ts';
import { openDataset } from '../data/sources/open.ts';
import type { ImageSet, ProgressEvent, SplitName } from '../data/types.ts';
import { inspectDataset } from './inspect.ts';

let root = '';
beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), 'samesame-inspect-job-'));
});
afterAll(() => rmSync(root, { recursive: true, force: true }));

/** Noise of 12×12, so many images in each class. */
function createSet(sizes: readonly number[], splitOf?: (index: number) => SplitName): ImageSet {
  const labels = Int32Array.from(sizes.flatMap((size, label) => new Array<number>(size).fill(label)));
  const random = createRandom('noise');
  const data = Uint8Array.from({ length: labels.length * 144 }, () => random.integer(256));
  return {
    name: 'noise',
    numImages: labels.length,
    labels,
    classNames: sizes.map((_, label) => `class ${label}`),
    splits: splitOf && Array.from(labels, (_, i) => splitOf(i)),
    id: String,
    pixels: { kind: 'decoded', height: 12, width: 12, channels: 1, data },
  };
}

const inspect = (set: ImageSet) => inspectDataset({ dataset: { format: 'npz', set } });
const image = { height: 12, width: 12, channels: 1, resize: 'fit' };

describe('the proposal', () => {
  it('holds images out where classes are large enough', async () => {
    const { proposal, verdict } = await inspect(createSet([20, 20, 20]));
    expect(verdict).toBe('clean');
    expect(proposal).toMatchObject({
      config: { image, validation: 0.15, test: 0.15 },
      flags: ['--size', '12', '--channels', '1', '--validation', '0.15', '--test', '0.15'],
    });
    expect(proposal!.config.splitBy).toBeUndefined();
  });

  it('holds out whole classes where most are small', async () => {
    const { proposal, findings } = await inspect(createSet(new Array(12).fill(4)));
    expect(findings.map(({ check }) => check)).toContain('small-classes');
    expect(proposal).toMatchObject({ config: { splitBy: 'class', imagesPerClass: 2 } });
    expect(proposal!.flags.join(' ')).toContain('--split-by class');
    expect(proposal!.reasons.join()).toContain('12 of 12 classes are too small');
  });

  it('keeps a split that is there, and draws only what is missing', async () => {
    const whole = await inspect(
      createSet([20, 20], (i) => (['train', 'validation', 'test'] as const)[i % 3]),
    );
    expect(whole.proposal!.config).toEqual({ image });
    expect(whole.proposal!.reasons).toContain('the split that the data set has is kept');
    const half = await inspect(createSet([20, 20], (i) => (['train', 'test'] as const)[i % 2]));
    expect(half.proposal!.config).toEqual({ image, validation: 0.15 });
  });

  it('is grey where colour goes with the class', async () => {
    const { folder, draw } = createPlanter(join(root, 'colours'));
    for (let i = 0; i < 9; i++) {
      await draw(drawScene(`a${i}`), `a/${i}.png`);
      await draw(drawScene(`b${i}`, { channels: 1 }), `b/${i}.png`);
    }
    const { proposal } = await inspectDataset({ dataset: await openDataset(folder) });
    expect(proposal).toMatchObject({ config: { image: { channels: 1 } } });
    expect(proposal!.reasons).toContain('colour goes with the class, so train on grey');
  });

  it('begins with a pretrained network where images are colour photos', async () => {
    const { folder, draw } = createPlanter(join(root, 'photos'));
    for (let i = 0; i < 9; i++)
      for (const name of ['a', 'b'])
        await draw(drawScene(`${name}${i}`, { width: 160, height: 140 }), `${name}/${i}.png`);
    const { proposal } = await inspectDataset({ dataset: await openDataset(folder) });
    expect(proposal!.flags).toEqual(['--preset', 'photos', '--validation', '0.15', '--test', '0.15']);
    expect(proposal!.config).toMatchObject({ backbone: 'mobilenet-v2', validation: 0.15 });
    expect(proposal!.reasons[0]).toContain('at least 140 pixels');
  });

  it('is none where there is nothing to learn from', async () => {
    expect((await inspect(createSet([20]))).proposal).toBeUndefined();
    const { write, folder } = createPlanter(join(root, 'unreadable'));
    await write('a/1.png', 'x');
    await write('b/1.png', 'x');
    const { proposal, verdict } = await inspectDataset({ dataset: await openDataset(folder) });
    expect([proposal, verdict]).toEqual([undefined, 'error']);
  });
});

describe('inspectDataset', () => {
  it('tells how far it is, stops when told to, and refuses a threshold that makes no sense', async () => {
    const events: ProgressEvent[] = [];
    const dataset = { format: 'npz', set: createSet([10, 10]) } as const;
    await inspectDataset({ dataset, onProgress: (event) => events.push(event) });
    expect(events.at(-1)).toEqual({ stage: 'inspect', done: 20, total: 20 });
    const stop = new Error('stop');
    await expect(inspectDataset({ dataset, signal: AbortSignal.abort(stop) })).rejects.toBe(stop);
    await expect(inspectDataset({ dataset, threshold: 40 })).rejects.toMatchObject({ code: 'E_CONFIG' });
  });

  it('finds more the more bits copies may differ in', async () => {
    const { folder, draw } = createPlanter(join(root, 'threshold'));
    for (const name of ['a', 'b'])
      for (let i = 0; i < 16; i++) await draw(drawScene(`${name}${i}`), `${name}/${i}.png`);
    await draw(drawScene('a3').extract({ left: 1, top: 1, width: 94, height: 78 }), 'a/cut.png');
    const dataset = await openDataset(folder);
    const near = async (threshold: number) => {
      const { findings } = await inspectDataset({ dataset, threshold });
      return findings.filter(({ check }) => check === 'near-copies').length;
    };
    expect([await near(0), await near(16)]).toEqual([0, 1]);
  });
});
