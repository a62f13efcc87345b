import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readTrainConfig } from '../train/config.ts';
import { createObjective } from '../train/objective.ts';
import { findNamedData, listPresets, readPreset } from './presets.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'samesame-presets-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('the presets that come along', () => {
  it('hold every published experiment', async () => {
    const names = (await listPresets()).map(({ name }) => name);
    for (const data of ['mnist', 'fashion-mnist']) {
      for (const loss of ['bce', 'mse', 'contrastive']) expect(names).toContain(`protocol-a-${loss}-${data}`);
    }
    for (const name of ['b', 'c', 'd', 'e', 'e-vgg16']) expect(names).toContain(`protocol-${name}`);
  });

  it('can all be trained as they stand', async () => {
    for (const { name, about, config } of await listPresets()) {
      expect(about.length, name).toBeGreaterThan(40);
      const settled = readTrainConfig(config);
      expect(() => createObjective(settled), name).not.toThrow();
      // A preset says what differs from the defaults and is read by something.
      expect(readTrainConfig(JSON.parse(JSON.stringify(settled))), name).toEqual(settled);
    }
  });

  it('train one function for the two losses that are one', async () => {
    const [mse, contrastive] = await Promise.all(
      ['mse', 'contrastive'].map((loss) => readPreset(`protocol-a-${loss}-mnist`)),
    );
    expect(contrastive.config).toEqual(mse.config);
    expect(contrastive.published).not.toEqual(mse.published);
  });
});

describe('findNamedData', () => {
  it('knows what comes along, and says how to get the rest', () => {
    expect(findNamedData('mnist')).toBe('mnist');
    expect(() => findNamedData('no-such-data')).toThrow(
      expect.objectContaining({
        code: 'E_NOT_FOUND',
        message: expect.stringContaining('samesame datasets get no-such-data'),
      }),
    );
  });
});

describe('readPreset', () => {
  it('suggests the nearest name', async () => {
    await expect(readPreset('protocol-a-bce-mnst')).rejects.toMatchObject({
      code: 'E_CONFIG',
      message: expect.stringContaining('did you mean "protocol-a-bce-mnist"?'),
    });
  });

  it.each([
    ['cut', '{"about": "x", ', 'is not a preset'],
    ['keys', '{"about": "x", "data": "mnist", "confg": {}}', 'confg'],
    ['setting', '{"about": "x", "data": "mnist", "config": {"epoch": 1}}', 'did you mean "epochs"'],
    [
      'rate',
      '{"about": "x", "data": null, "published": {"pairAccuracy": 97.5}, "config": {}}',
      'pairAccuracy',
    ],
  ])('refuses a file that is none: %s', async (name, text, expected) => {
    writeFileSync(join(folder, `${name}.json`), text);
    await expect(readPreset(name, folder)).rejects.toMatchObject({
      code: 'E_CONFIG',
      message: expect.stringContaining(expected),
    });
  });

  it('says where it looked when there is no folder', async () => {
    await expect(listPresets(join(folder, 'none'))).rejects.toMatchObject({ code: 'E_NOT_FOUND' });
  });
});
