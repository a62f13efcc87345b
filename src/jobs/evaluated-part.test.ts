import { describe, expect, it } from 'vitest';
import type { ModelConfig } from '../model/config.ts';
import { readTrainConfig } from '../train/config.ts';
import { choosePart, trainingOf } from './evaluated-part.ts';

describe('trainingOf', () => {
  it.each([
    ['names its pairs', { negativeRatio: 3 }, true, { loss: 'contrastive' }],
    ['has classes', { backbone: 'net.onnx', headInit: 'within-class' }, false, { loss: 'triplet' }],
  ] as const)('reads settings that only data which %s could have had', (_, options, hasPairs, others) => {
    const training = { ...readTrainConfig(options, hasPairs), pixelScale: { mean: 0, deviation: 1 } };
    const input = { height: 8, width: 8, channels: 1, resize: 'fit' };
    const config = { input, provenance: { training } } as unknown as ModelConfig;
    expect(trainingOf(config)).toMatchObject({ ...options, ...others, image: input });
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
