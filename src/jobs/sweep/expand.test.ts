import { describe, expect, it } from 'vitest';
import { expandSweep, mergeSettings, overrideBase } from './expand.ts';
import { slug } from './plan.ts';
import { parseSweep } from './sweep-file.ts';

describe('expandSweep', () => {
  it('gives every combination of a grid, the last key fastest, then the list', () => {
    const sweep = parseSweep({
      name: 'both',
      grid: { loss: ['contrastive', 'triplet'], 'lossOptions.margin': [0.5, 1], epochs: [3] },
      list: [{ name: 'other', about: 'says why', data: 'train.csv', config: { augment: 'none' } }],
    });
    expect(expandSweep(sweep)).toEqual([
      {
        name: 'loss=contrastive lossOptions.margin=0.5 epochs=3',
        settings: { loss: 'contrastive', 'lossOptions.margin': 0.5, epochs: 3 },
      },
      {
        name: 'loss=contrastive lossOptions.margin=1 epochs=3',
        settings: { loss: 'contrastive', 'lossOptions.margin': 1, epochs: 3 },
      },
      {
        name: 'loss=triplet lossOptions.margin=0.5 epochs=3',
        settings: { loss: 'triplet', 'lossOptions.margin': 0.5, epochs: 3 },
      },
      {
        name: 'loss=triplet lossOptions.margin=1 epochs=3',
        settings: { loss: 'triplet', 'lossOptions.margin': 1, epochs: 3 },
      },
      { name: 'other', about: 'says why', data: 'train.csv', settings: { augment: 'none' } },
    ]);
  });

  it('of neither grid nor list is the base, and of a list only the list', () => {
    expect(expandSweep(parseSweep({ name: 'seeds only' }))).toEqual([{ name: 'seeds only', settings: {} }]);
    expect(expandSweep(parseSweep({ name: 'a', list: [{ name: 'one' }] }))).toEqual([
      { name: 'one', settings: {} },
    ]);
  });
});

describe('mergeSettings', () => {
  const base = { epochs: 5, lossOptions: { margin: 1, half: true }, augment: 'none', 'image.height': 32 };

  it('replaces plain keys as a whole, and sets dotted ones within, whatever their order', () => {
    expect(mergeSettings(base, { 'lossOptions.margin': 2, epochs: 6 })).toEqual({
      epochs: 6,
      lossOptions: { margin: 2, half: true },
      augment: 'none',
      image: { height: 32 },
    });
    expect(mergeSettings(base, { 'augment.noise': 0.1, augment: { flipHorizontal: 0.5 } }).augment).toEqual({
      flipHorizontal: 0.5,
      noise: 0.1,
    });
    expect(mergeSettings(base, { lossOptions: { margin: 3 } }).lossOptions).toEqual({ margin: 3 });
    expect(base.lossOptions).toEqual({ margin: 1, half: true });
  });

  it('refuses a dotted key that has nothing to go into', () => {
    expect(() => mergeSettings(base, { 'augment.noise': 0.1 })).toThrow(/augment as an object/);
    expect(() => mergeSettings(base, { 'lossOption.margin': 1 })).toThrow(
      'did you mean "lossOptions.margin"?',
    );
    expect(() => mergeSettings(base, { 'lossOptions.a.b': 1 })).toThrow(/no setting "lossOptions.a.b"/);
    expect(() => mergeSettings(base, { 'lossOptions.': 1 })).toThrow(/no setting/);
  });
});

it('a name becomes part of a path that stays inside the folder', () => {
  expect(slug('loss=triplet lossOptions.margin=0.5')).toBe('loss=triplet-lossOptions.margin=0.5');
  for (const name of ['..', '../../etc', 'a/b', '/', '...', 'a\\b:c'])
    expect(slug(name)).toMatch(/^[^/\\:.][^/\\:]*$/);
});

it('settings in place of the base leave what configurations set for themselves', () => {
  const sweep = parseSweep({
    name: 'rates',
    base: { epochs: 200, 'lossOptions.margin': 1, 'augment.noise': 0.1, loss: 'contrastive' },
    list: [{ name: 'F1', config: { 'lossOptions.margin': 2 } }],
  });
  const changed = overrideBase(sweep, { epochs: 3, augment: 'none', 'pixels.scale': 'unit' });
  expect(mergeSettings(changed.base, expandSweep(changed)[0].settings)).toEqual({
    epochs: 3,
    loss: 'contrastive',
    lossOptions: { margin: 2 },
    // As a whole, so that no part of the base's is left in it.
    augment: 'none',
    pixels: { scale: 'unit' },
  });
  expect(overrideBase(sweep, {})).toEqual(sweep);
});
