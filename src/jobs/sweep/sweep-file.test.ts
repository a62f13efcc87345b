import { describe, expect, it } from 'vitest';
import { locateSweep } from './shipped.ts';
import { parseSweep, readSweepFile } from './sweep-file.ts';

function messageOf(json: unknown): string {
  try {
    parseSweep(json, 'sweep.json');
  } catch (error) {
    expect(error).toMatchObject({ name: 'SamesameError', code: 'E_CONFIG' });
    return (error as Error).message;
  }
  throw new Error('it did not throw');
}

describe('a sweep file', () => {
  it('needs no more than a name, and gets three seeds', () => {
    expect(parseSweep({ name: 'base alone' })).toEqual({ name: 'base alone', base: {}, seeds: [1, 2, 3] });
  });

  it.each([
    [{ name: 'a', grids: {} }, 'did you mean "grid" instead of "grids"?'],
    [{ name: 'a', sedes: [1] }, 'did you mean "seeds" instead of "sedes"?'],
    [{ name: 'a', list: [{ name: 'F1', confg: {} }] }, 'did you mean "config" instead of "confg"?'],
    [{ name: 'a', list: [{ config: {} }] }, 'list[0].name'],
    [{ name: ' ' }, 'name'],
    [{ seeds: [1] }, 'name'],
    [{ name: 'a', grid: { loss: 'triplet' } }, 'grid.loss'],
    [{ name: 'a', grid: { loss: [] } }, 'grid.loss'],
    [{ name: 'a', seeds: [] }, 'seeds'],
    [{ name: 'a', seeds: [1.5] }, 'seeds'],
    [{ name: 'a', base: [] }, 'base'],
    [null, 'is not a sweep'],
    [[], 'is not a sweep'],
  ])('%j is refused', (json, expected) => {
    expect(messageOf(json)).toContain(expected);
  });

  it.each([
    [{ name: 'a', seeds: [1, 2, 1] }, 'the same seed twice'],
    [{ name: 'a', seeds: [1, '1'] }, 'the same seed twice'],
    [{ name: 'a', list: [{ name: 'F1' }, { name: 'F1' }] }, 'the same name in list twice'],
    [{ name: 'a', grid: { epochs: [5, 5] } }, 'the same value of grid.epochs twice'],
    [{ name: 'a', base: { seed: 1 } }, 'a seed in base'],
    [{ name: 'a', grid: { seed: [1, 2] } }, 'a seed in grid'],
    [{ name: 'a', list: [{ name: 'F1', config: { seed: 3 } }] }, 'a seed in the configuration F1'],
  ])('%j is refused, since it would be done twice or in vain', (json, expected) => {
    expect(messageOf(json)).toContain(expected);
  });

  it('with more runs than anybody means is refused', () => {
    const values = Array.from({ length: 60 }, (_, i) => i + 1);
    // 60 · 60 · 3 = 10,800.
    expect(messageOf({ name: 'a', grid: { epochs: values, batchSize: values } })).toContain('10800');
  });
});

describe('a sweep that comes along', () => {
  it('is found by its name, and a misspelt name suggests it', async () => {
    expect((await readSweepFile(await locateSweep('protocol-d'))).list).toHaveLength(8);
    await expect(locateSweep('protocl-d')).rejects.toMatchObject({
      code: 'E_CONFIG',
      message: expect.stringContaining('did you mean "protocol-d"?'),
    });
  });

  it('is not looked for where a path was written', async () => {
    expect(await locateSweep('nowhere/protocol-d')).toBe('nowhere/protocol-d');
    await expect(readSweepFile(await locateSweep('sweep.json'))).rejects.toMatchObject({
      code: 'E_NOT_FOUND',
    });
    expect(await locateSweep('package.json')).toBe('package.json');
  });
});
