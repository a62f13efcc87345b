import { describe, expect, it } from 'vitest';
import type { Outcome } from './messages.ts';
import type { PlannedConfiguration } from './plan.ts';
import { spreadOf } from './spread.ts';
import { summarizeSweep } from './summarize.ts';
import { parseSweep } from './sweep-file.ts';

const SEEDS = [1, 2, 3];

function configuration(name: string, rest: Partial<PlannedConfiguration> = {}): PlannedConfiguration {
  const runs = SEEDS.map((seed) => ({ seed, folder: `${name}/${seed}`, config: {} }));
  return { name, settings: {}, runs: runs as unknown as PlannedConfiguration['runs'], ...rest };
}

function finished(validationAccuracy: number, accuracy: number, raw: number | null = 0.7): Outcome {
  const rawPixels = raw === null ? null : { accuracy: raw, auc: raw, recallAt1: null, mapAtR: null };
  return {
    kind: 'finished',
    numbers: {
      validationAccuracy,
      accuracy,
      auc: 0.99,
      recallAt1: null,
      mapAtR: null,
      threshold: 0.5,
      trainSeconds: 10,
      numParameters: 1000,
      epochs: 3,
      keptEpoch: 2,
      baselines: { majority: 0.5, rawPixels },
    },
  };
}

describe('spreadOf', () => {
  it('is mean, sample deviation, least and most, worked by hand', () => {
    // Mean 5; squares 9 + 1 + 1 + 9 = 20; 20 / 3 = 6.667; its root 2.582.
    const { deviation, ...rest } = spreadOf([2, 4, 6, 8])!;
    expect(rest).toEqual({ mean: 5, min: 2, max: 8, count: 4 });
    expect(deviation).toBeCloseTo(2.581989, 6);
  });

  it('leaves out what is not there; one value has no spread, none has nothing', () => {
    expect(spreadOf([0.5, null, undefined])).toEqual({
      mean: 0.5,
      deviation: null,
      min: 0.5,
      max: 0.5,
      count: 1,
    });
    expect(spreadOf([null, undefined])).toBeNull();
    expect(spreadOf([0.3, 0.3])!.deviation).toBe(0);
  });
});

describe('summarizeSweep', () => {
  const sweep = parseSweep({ name: 'a', seeds: SEEDS });

  it('sorts by validation accuracy, however good the test numbers are', () => {
    const outcomes = new Map(
      SEEDS.flatMap((seed) => [
        [`low/${seed}`, finished(0.8, 0.99)] as const,
        [`high/${seed}`, finished(0.9 + seed / 100, 0.7)] as const,
      ]),
    );
    const table = summarizeSweep(sweep, [configuration('low'), configuration('high')], outcomes);
    expect(table.rows.map(({ name, isBest }) => [name, isBest])).toEqual([
      ['high', true],
      ['low', false],
    ]);
    expect(table.rows[0].spreads.validationAccuracy).toMatchObject({ min: 0.91, max: 0.93, count: 3 });
    expect(table.rows[0].spreads.validationAccuracy!.mean).toBeCloseTo(0.92, 12);
    expect(table.rows[0].spreads.validationAccuracy!.deviation).toBeCloseTo(0.01, 12);
    expect(table.rows[0].spreads.recallAt1).toBeNull();
    expect(table).toMatchObject({ numRuns: 6, numFinished: 6, numFailed: 0 });
  });

  it('has no best one among those that miss a seed, and puts those without a number last', () => {
    const failed: Outcome = { kind: 'failed', failure: { code: 'E_NAN', message: 'diverged' } };
    const outcomes = new Map([
      ['one/1', finished(0.9, 0.9)],
      ['one/2', failed],
      ['two/1', finished(0.95, 0.9)],
    ]);
    const broken = configuration('broken', { runs: [], failure: { code: 'E_CONFIG', message: 'misspelt' } });
    const all = [broken, configuration('waiting'), configuration('one'), configuration('two')];
    const table = summarizeSweep(sweep, all, outcomes);
    expect(table.rows.map(({ name }) => name)).toEqual(['two', 'one', 'broken', 'waiting']);
    expect(table.rows.some(({ isBest }) => isBest)).toBe(false);
    expect(table.rows[1].runs.map(({ state }) => state)).toEqual(['finished', 'failed', 'waiting']);
    // The broken one would have had three.
    expect(table).toMatchObject({ numRuns: 12, numFinished: 2, numFailed: 4 });
  });

  it('counts a baseline once a seed and data set, not once a configuration', () => {
    const outcomes = new Map<string, Outcome>();
    for (const [i, seed] of SEEDS.entries())
      for (const name of ['one', 'two', 'other'])
        outcomes.set(`${name}/${seed}`, finished(0.9, 0.9, name === 'other' ? 0.6 : 0.7 + i / 10));
    const all = [configuration('one'), configuration('two'), configuration('other', { data: 'small.csv' })];
    const { baselines } = summarizeSweep(sweep, all, outcomes);
    expect(baselines.map(({ name, data }) => [name, data])).toEqual([
      ['raw pixels', undefined],
      ['majority', undefined],
      ['raw pixels', 'small.csv'],
      ['majority', 'small.csv'],
    ]);
    expect(baselines[0].spreads.accuracy).toMatchObject({ count: 3, min: 0.7 });
    expect(baselines[0].spreads.accuracy!.mean).toBeCloseTo(0.8, 12);
    expect(baselines[0].spreads.recallAt1).toBeNull();
    expect(baselines[1].spreads).toEqual({
      accuracy: { mean: 0.5, deviation: 0, min: 0.5, max: 0.5, count: 3 },
    });
  });

  it('has no raw pixels where none were measured, and no baseline before the first run', () => {
    const outcomes = new Map([['one/1', finished(0.9, 0.9, null)]]);
    const names = summarizeSweep(sweep, [configuration('one')], outcomes).baselines.map(({ name }) => name);
    expect(names).toEqual(['majority']);
    expect(summarizeSweep(sweep, [configuration('one')], new Map()).baselines).toEqual([]);
  });
});
