import { describe, expect, it } from 'vitest';
import type { ModelConfig } from '../model/config.ts';
import { readTrainConfig } from '../train/config.ts';
import { choosePart, trainingOf } from './evaluated-part.ts';

describe('trainingOf', () => {
  it('reads settings that only data which names its pairs could have had', () => {
    const training = {
      ...readTrainConfig({ negativeRatio: 3 }, true),
      pixelScale: { mean: 0, deviation: 1 },
    };
    const input = { height: 8, width: 8, channels: 1, resize: 'fit' };
    const config = { input, provenance: { training } } as unknown as ModelConfig;
    expect(trainingOf(config)).toMatchObject({ negativeRatio: 3, loss: 'contrastive', image: input });
  });
});

describe('choosePart', () => {
  const set = { name: 'photos', splits: ['train', 'test', undefined] as const };

  it('is the test split where there is one, unless all is asked for', () => {
    const images = [0, 1, 2];
    expect(images.filter(choosePart(set, undefined, '').holds)).toEqual([1]);
    expect(images.filter(choosePart(set, 'all', '').holds)).toEqual(images);
    expect(choosePart({ name: 'photos' }, undefined, '').part).toBe('all');
    expect(() => choosePart({ name: 'photos' }, 'test', 'do this')).toThrow(
      expect.objectContaining({ code: 'E_CONFIG', message: expect.stringContaining('do this') }),
    );
  });
});
