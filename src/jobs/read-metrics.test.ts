import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readMetrics } from './read-metrics.ts';
import { bestEpochOf, epochMetrics } from './report-epochs.ts';

let run = '';
beforeEach(async () => {
  run = await mkdtemp(join(tmpdir(), 'samesame-metrics-'));
});
afterEach(() => rm(run, { recursive: true }));

/** A line as runs have written it from the first version on. */
const line = (epoch: number, accuracy = 0.9, isBest = true) =>
  JSON.stringify({
    epoch,
    step: epoch * 10,
    loss: 1 / epoch,
    rate: 0.002,
    diagnostics: { activeShare: 0.25 },
    validation: { accuracy, threshold: 0.5, positiveDistance: 0.3, negativeDistance: 1.2 },
    isBest,
    seconds: 3,
    imagesPerSecond: 1000,
  });

async function read(text: string) {
  await writeFile(join(run, 'metrics.jsonl'), text);
  return (await readMetrics(run))!;
}

describe('the metrics of a run', () => {
  it('are read whole', async () => {
    const { lines, warnings } = await read(`${line(1)}\n${line(2, 0.8, false)}\n`);
    expect(warnings).toEqual([]);
    expect(bestEpochOf(lines)).toBe(1);
    expect(epochMetrics(lines)[1]).toEqual({
      epoch: 2,
      trainLoss: 0.5,
      learningRate: 0.002,
      activeShare: 0.25,
      validationLoss: null,
      validationAccuracy: 0.8,
      validationPrecision: null,
      validationRecall: null,
      validationAuc: null,
      validationEpisodes: null,
      validationRecallAtPrecision: null,
      similarDistance: 0.3,
      dissimilarDistance: 1.2,
      similarDistanceQuantiles: null,
      dissimilarDistanceQuantiles: null,
      embeddingSpread: null,
      imagesPerSecond: 1000,
    });
  });

  it('take what newer versions add, and numbers that were none', async () => {
    const newer = JSON.parse(line(1));
    Object.assign(newer.validation, {
      precision: 0.7,
      recall: null,
      auc: 0.99,
      recallAtPrecision: { '.80': 1, '.95': null },
      episodes: 0.6,
      distanceQuantiles: { positive: [0.1, 0.2, 0.4], negative: null },
    });
    newer.diagnostics.embeddingSpread = 0.8;
    const { lines } = await read(`${JSON.stringify({ ...newer, loss: null, extra: 'x' })}\n`);
    expect(epochMetrics(lines)[0]).toMatchObject({
      trainLoss: null,
      validationPrecision: 0.7,
      validationRecall: null,
      validationAuc: 0.99,
      validationEpisodes: 0.6,
      validationRecallAtPrecision: { '.80': 1, '.95': null },
      similarDistanceQuantiles: [0.1, 0.2, 0.4],
      dissimilarDistanceQuantiles: null,
      embeddingSpread: 0.8,
    });
  });

  it.each([1, 10, 60, line(2).length - 1])(
    'lose a last line that is torn after %i characters',
    async (length) => {
      const { lines, warnings } = await read(`${line(1)}\n${line(2).slice(0, length)}`);
      expect(lines).toHaveLength(1);
      expect(warnings).toEqual([
        expect.stringMatching(/line 2 of .*metrics\.jsonl is torn and left out.* 1 epoch$/),
      ]);
    },
  );

  it('lose a last line that a crash filled with zeros', async () => {
    const { lines, warnings } = await read(`${line(1)}\n${'\0'.repeat(40)}`);
    expect(lines).toHaveLength(1);
    expect(warnings).toHaveLength(1);
  });

  it('keep a last line without its end of line', async () => {
    expect(await read(`${line(1)}\n${line(2)}`)).toMatchObject({ lines: { length: 2 }, warnings: [] });
  });

  it('are empty before the first epoch, and may be absent', async () => {
    expect(await read('')).toEqual({ lines: [], warnings: [] });
    expect((await read(line(1).slice(0, 9))).lines).toEqual([]);
    await rm(join(run, 'metrics.jsonl'));
    expect(await readMetrics(run)).toBeUndefined();
  });

  it.each([
    [
      'a torn line in between',
      `${line(1)}\n${line(2).slice(0, 30)}\n${line(3)}\n`,
      /line 2 .*not what a run/,
    ],
    ['a missing epoch', `${line(1)}\n${line(3)}\n`, /line 2 .*\n.*expected: epoch 2 .*\n.*received: epoch 3/],
    ['an epoch that is there twice', `${line(1)}\n${line(1)}\n`, /expected: epoch 2 .*\n.*received: epoch 1/],
    ['another file', '{"a": 1}\n', /line 1 .*\n.*\n.*Invalid input/],
  ])('are refused with %s', async (_name, text, message) => {
    const failure = await read(text).catch((error) => error);
    expect(failure).toMatchObject({ code: 'E_DATA' });
    expect(failure.message).toMatch(message);
  });
});
