import { describe, expect, it } from 'vitest';
import { contrastive } from '../loss/contrastive.ts';
import { readTrainConfig, type TrainOptions } from './config.ts';
import { checkComparable, createObjective } from './objective.ts';

function messageOf(action: () => unknown): string {
  try {
    action();
  } catch (error) {
    expect(error).toMatchObject({ name: 'SamesameError', code: 'E_CONFIG' });
    return (error as Error).message;
  }
  throw new Error('it did not throw');
}

describe('a configuration', () => {
  it.each<[string, TrainOptions]>([
    ['bothWays', { bothWays: false }],
    ['bothWays', { bothWays: false, loss: 'focal' }],
    ['comparatorOptions', { comparatorOptions: { hidden: 4 } }],
    ['batchSize', { pairDraw: 'class-pairs', batchSize: 50 }],
    ['numPairs', { pairDraw: 'class-pairs', numPairs: 50 }],
    ['numPairs', { pairDraw: 'neighbours', numPairs: 50 }],
    ['negativeRatio', { pairDraw: 'neighbours', negativeRatio: 2 }],
    ['validationPairs', { pairDraw: 'neighbours', validationPairs: 50 }],
    ['stepsPerEpoch', { pairDraw: 'neighbours', stepsPerEpoch: 5 }],
    ['chooseBy', { chooseBy: 'loss' }],
    ['chooseBy', { feed: 'pairs', validationEpisodes: 20, chooseBy: 'loss' }],
    ['stepsPerEpoch', { feed: 'pairs', stepsPerEpoch: 5 }],
    ['normalize', { network: 'protocol-b', normalize: false }],
    ['embeddingSize', { network: 'conv4', embeddingSize: 32 }],
    ['batchGroups', { feed: 'pairs', batchGroups: 2 }],
    ['rotateClasses', { loss: 'focal', rotateClasses: true }],
    ['rotateClasses', { splitBy: 'pair', rotateClasses: true, loss: 'contrastive' }],
    ['validationEpisodes', { loss: 'binary-cross-entropy', validationEpisodes: 50 }],
  ])('refuses %s where nothing reads it', (name, options) => {
    expect(messageOf(() => readTrainConfig(options))).toContain(`the setting ${name} has no effect here`);
  });

  it('draws pairs for a loss that can be fed them, and not by two rules at once', () => {
    for (const options of [
      { pairDraw: 'class-pairs' },
      { pairDraw: 'neighbours' },
      { splitBy: 'pair' },
    ] as const) {
      expect(createObjective(readTrainConfig(options)).objective.kind).toBe('pairs');
      messageOf(() => createObjective(readTrainConfig({ ...options, feed: 'batch' })));
      messageOf(() => createObjective(readTrainConfig({ ...options, loss: 'triplet' })));
    }
    messageOf(() => createObjective(readTrainConfig({ pairDraw: 'class-pairs', splitBy: 'pair' })));
    messageOf(() => createObjective(readTrainConfig({ pairDraw: 'class-pairs' }), true));
    messageOf(() => createObjective(readTrainConfig({ stepsPerEpoch: 5 }, true), true));
  });

  it('is complete without any option, and stays the same when read again', () => {
    const config = readTrainConfig({});
    expect(config).toMatchObject({ network: 'compact', optimizer: 'adam', seed: 1 });
    expect(readTrainConfig(JSON.parse(JSON.stringify(config)))).toEqual(config);
  });

  it('takes a loss that can be fed what there is, unless another is asked for', () => {
    for (const config of [readTrainConfig({}, true), readTrainConfig({ feed: 'pairs' })]) {
      expect(createObjective(config, true).objective.kind).toBe('pairs');
    }
    expect(createObjective(readTrainConfig({})).objective.kind).toBe('batch');
    expect(readTrainConfig({ loss: 'focal' }, true).loss).toBe('focal');
    messageOf(() => readTrainConfig(null, true));
  });

  it.each([
    ['lerningRate', 'learningRate'],
    ['learning_rate', 'learningRate'],
    ['batchsize', 'batchSize'],
    ['optimiser', 'optimizer'],
    ['epoch', 'epochs'],
  ])('refuses the key %s and suggests %s', (key, near) => {
    const message = messageOf(() => readTrainConfig({ [key]: 1 }));
    expect(message).toContain(`did you mean "${near}" instead of "${key}"?`);
  });

  it('suggests the nearest of what a setting may be', () => {
    expect(messageOf(() => readTrainConfig({ loss: 'multisimilarity' }))).toContain(
      'did you mean "multi-similarity" instead of "multisimilarity"?',
    );
  });

  it('refuses a key that is like no other, and one inside the image', () => {
    expect(messageOf(() => readTrainConfig({ banana: 1 }))).toMatch(/banana/);
    const image = { heigth: 28, width: 28, channels: 1 };
    expect(messageOf(() => readTrainConfig({ image }))).toContain(
      'did you mean "height" instead of "heigth"?',
    );
  });

  it.each<[string, object]>([
    ['learningRate', { learningRate: 0 }],
    ['learningRate', { learningRate: Number.NaN }],
    ['learningRate', { learningRate: '0.1' }],
    ['batchSize', { batchSize: 3 }],
    ['batchSize', { batchSize: 10.5 }],
    ['epochs', { epochs: -1 }],
    ['embeddingSize', { embeddingSize: 0 }],
    ['momentum', { momentum: 1.5 }],
    ['clipNorm', { clipNorm: -1 }],
    ['l2', { l2: Number.POSITIVE_INFINITY }],
    ['numPairs', { numPairs: 'every' }],
    ['negativeRatio', { negativeRatio: 0, feed: 'pairs' }],
    ['dropout', { dropout: 1 }],
    ['validation', { validation: -0.1 }],
    ['imagesPerClass', { imagesPerClass: 1 }],
    ['image', { image: { height: 4, width: 28, channels: 1 } }],
    ['channels', { image: { height: 28, width: 28, channels: 2 } }],
    ['network', { network: 'resnet' }],
    ['loss', { loss: 'contrastve' }],
    ['optimizer', { optimizer: 'adagrad' }],
    ['seed', { seed: 1.5 }],
  ])('refuses what is out of range, naming %s', (key, options) => {
    expect(messageOf(() => readTrainConfig(options))).toContain(key);
  });

  it('refuses what is no object', () => {
    for (const options of [null, 'fast', 7, []]) messageOf(() => readTrainConfig(options));
  });

  it('refuses misspelt augmentation', () => {
    expect(messageOf(() => readTrainConfig({ augment: { flipHorizontl: 0.5 } }))).toContain(
      '"flipHorizontal"',
    );
  });
});

describe('what is minimised', () => {
  const objectiveOf = (options: TrainOptions) => createObjective(readTrainConfig(options));

  it.each<[TrainOptions, string, string | undefined, number]>([
    [{ loss: 'contrastive' }, 'batch', undefined, 1],
    [{ lossOptions: { margin: 0.5 } }, 'batch', undefined, 0.5],
    [{ feed: 'pairs' }, 'pairs', undefined, 1],
    [{ loss: 'triplet', feed: 'batch' }, 'batch', undefined, 0.5],
    [{ loss: 'focal' }, 'pairs', 'absolute-difference', 1],
    [{ loss: 'auto' }, 'batch', undefined, 0.5],
    [{ loss: 'arcface', lossOptions: { margin: 0.3 } }, 'batch', undefined, 1],
    [{ loss: 'cosent' }, 'pairs', undefined, 1],
    [{ loss: 'vicreg', feed: 'pairs' }, 'pairs', undefined, 1],
    [{ loss: 'binary-cross-entropy', comparator: 'concat', feed: 'pairs' }, 'pairs', 'concat', 1],
  ])('%j is fed %s', (options, kind, head, margin) => {
    const { objective, comparator, margin: own } = objectiveOf(options);
    expect([objective.kind, comparator?.name, own]).toEqual([kind, head, margin]);
  });

  it.each<[TrainOptions]>([[{ loss: 'triplet', feed: 'pairs' }], [{ loss: 'focal', feed: 'batch' }]])(
    'refuses %j, which there is no way to feed',
    (options) => {
      expect(messageOf(() => objectiveOf(options))).toMatch(/cannot be fed[\s\S]*help: /);
    },
  );

  it('trains by no other distance than that by which the model compares', () => {
    const comparable = (options: TrainOptions, normalized: boolean) =>
      checkComparable(objectiveOf(options), { name: 'encoder', normalized });
    for (const options of [{}, { loss: 'vicreg' }, { loss: 'focal' }] as const) comparable(options, false);
    for (const options of [
      { loss: 'arcface' },
      { loss: 'multi-similarity' },
      { loss: 'triplet', lossOptions: { distance: 'cosine' } },
      { loss: 'cross-batch-memory', lossOptions: { base: 'circle' } },
    ]) {
      comparable(options, true);
      expect(messageOf(() => comparable(options, false))).toContain('embeddings of any length');
    }
    const l1 = { lossOptions: { distance: 'l1' } };
    expect(messageOf(() => comparable(l1, true))).toContain('ranks embeddings otherwise');
  });

  it('takes a loss of a program, and not without it', () => {
    const custom = { name: 'mine', overBatch: contrastive().overBatch };
    const config = readTrainConfig({ loss: 'custom' });
    const { objective, loss } = createObjective(config, false, custom);
    expect([objective, loss.name]).toEqual([{ kind: 'batch', loss: custom.overBatch }, 'mine']);
    expect(messageOf(() => createObjective(config))).toContain('no loss in the job');
    messageOf(() => createObjective(readTrainConfig({}), false, custom));
  });

  it("refuses what is wrong with a loss's own options", () => {
    expect(messageOf(() => objectiveOf({ loss: 'contrastive', lossOptions: { magrin: 1 } }))).toContain(
      'did you mean "margin"?',
    );
    expect(messageOf(() => objectiveOf({ lossOptions: { margin: -1 } }))).toContain('margin');
    expect(messageOf(() => objectiveOf({ lossOptions: { margin: '1' } }))).toContain('margin');
  });
});

it('a setting that nothing reads is refused, unless it has its default', () => {
  expect(() => readTrainConfig({ momentum: 0.5 })).toThrow(/momentum only where optimizer is sgd/);
  expect(() => readTrainConfig({ comparator: 'concat' })).toThrow(/comparator has no effect/);
  expect(readTrainConfig({ momentum: 0.5, optimizer: 'sgd' }).momentum).toBe(0.5);
  expect(readTrainConfig({ weightDecay: 0.01 }).weightDecay).toBe(0.01);
  expect(() => readTrainConfig({ network: 'protocol-a', dropout: 0.1 })).toThrow(/dropout only where/);
  expect(() => readTrainConfig({ negativeRatio: 2 })).toThrow(/negativeRatio has no effect/);
  expect(() => readTrainConfig({ loss: 'focal', feed: 'batch', negativeRatio: 2 })).toThrow(/no effect/);
  for (const options of [{ feed: 'pairs' }, { loss: 'focal' }])
    expect(readTrainConfig({ ...options, negativeRatio: 2 }).negativeRatio).toBe(2);
  expect(readTrainConfig({ negativeRatio: 2 }, true).negativeRatio).toBe(2);
});
