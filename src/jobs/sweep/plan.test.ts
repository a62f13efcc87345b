import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeImageFolder } from '../../../test/tiny-images.ts';
import { readPreset } from '../presets.ts';
import { planSweep } from './plan.ts';
import { parseSweep } from './sweep-file.ts';

let root: string;
let images: string;
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'samesame-plan-'));
  images = await makeImageFolder(join(root, 'images'), { imagesPerClass: 4 });
});
afterAll(() => rm(root, { recursive: true }));

describe('a sweep that starts from a preset', () => {
  const plan = (file: object) =>
    planSweep(parseSweep({ name: 'margins', ...file }), images, join(root, 'out'));

  it('takes its settings, the base over them, and the grid over both', async () => {
    const { configurations } = await plan({
      preset: 'protocol-b',
      base: { epochs: 3, 'lossOptions.margin': 0.5 },
      grid: { momentum: [0.9, 0.95] },
      seeds: [7],
    });
    const preset = await readPreset('protocol-b');
    const configs = configurations.flatMap(({ runs }) => runs.map(({ config }) => config));
    expect(configs.map(({ momentum }) => momentum)).toEqual([0.9, 0.95]);
    for (const config of configs) {
      expect(config).toMatchObject({ network: 'protocol-b', stepsPerEpoch: 500, epochs: 3, seed: 7 });
      expect(config.lossOptions).toEqual({ ...preset.config.lossOptions, margin: 0.5 });
    }
  });

  it('is refused with the nearest name where there is no such preset', async () => {
    await expect(plan({ preset: 'protocol-bb' })).rejects.toMatchObject({
      code: 'E_CONFIG',
      message: expect.stringContaining('did you mean "protocol-b"?'),
    });
  });
});
