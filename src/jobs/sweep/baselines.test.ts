import { describe, expect, it } from 'vitest';
import { readTrainConfig, type TrainOptions } from '../../train/config.ts';
import { baselinesOf } from './baselines.ts';
import type { Outcome } from './messages.ts';
import type { PlannedConfiguration } from './plan.ts';

const rates = (value: number) => ({ accuracy: value, auc: value, recallAt1: null, mapAtR: value });

function finished(raw: number | null, untrained?: number): Outcome {
  const baselines = {
    majority: 0.5,
    rawPixels: raw === null ? null : rates(raw),
    ...(untrained !== undefined && { untrained: rates(untrained) }),
  };
  return { kind: 'finished', numbers: { baselines } } as unknown as Outcome;
}

/** A configuration of two seeds, and what came of it. */
function configuration(name: string, config: TrainOptions, outcomes: readonly Outcome[], data?: string) {
  const runs = outcomes.map((outcome, i) => ({
    run: { seed: i + 1, folder: `${name}/${i}`, config: readTrainConfig(config) },
    outcome,
  }));
  const planned = { name, data, settings: {}, runs: runs.map(({ run }) => run) };
  return {
    planned: planned as unknown as PlannedConfiguration,
    outcomes: runs.map(({ run, outcome }) => [run.folder, outcome] as const),
  };
}

function baselines(...all: ReturnType<typeof configuration>[]) {
  const found = baselinesOf(
    all.map(({ planned }) => planned),
    new Map(all.flatMap(({ outcomes }) => outcomes)),
  );
  return found.map(({ name, of, data, spreads }) => [
    name,
    of,
    data,
    spreads.accuracy?.mean,
    spreads.accuracy?.count,
  ]);
}

describe('baselinesOf', () => {
  it('counts the same images of a seed once, however many configurations measure them', () => {
    const same = [finished(0.5), finished(0.75)];
    expect(baselines(configuration('a', {}, same), configuration('b', { epochs: 3 }, same))).toEqual([
      ['raw pixels', undefined, undefined, 0.625, 2],
      ['majority', undefined, undefined, 0.5, 2],
    ]);
  });

  it('has a floor for each way to split, and says which', () => {
    const backbone = 'mobilenet-v2';
    const seen = configuration('seen', { backbone }, [finished(0.6, 0.8)]);
    const unseen = configuration('unseen', { backbone, splitBy: 'class' }, [finished(0.5, 0.7)]);
    expect(baselines(seen, unseen)).toEqual([
      ['untrained', 'splitBy=image', undefined, 0.8, 1],
      ['untrained', 'splitBy=class', undefined, 0.7, 1],
      ['raw pixels', 'splitBy=image', undefined, 0.6, 1],
      ['raw pixels', 'splitBy=class', undefined, 0.5, 1],
      ['majority', 'splitBy=image', undefined, 0.5, 1],
      ['majority', 'splitBy=class', undefined, 0.5, 1],
    ]);
  });

  it('tells backbones apart before training, and not their images', () => {
    const a = configuration('a', { backbone: 'mobilenet-v2' }, [finished(0.6, 0.8)]);
    const b = configuration('b', { backbone: 'resnet-18' }, [finished(0.6, 0.9)]);
    expect(baselines(a, b)).toEqual([
      ['untrained', 'backbone=mobilenet-v2', undefined, 0.8, 1],
      ['untrained', 'backbone=resnet-18', undefined, 0.9, 1],
      ['raw pixels', undefined, undefined, 0.6, 1],
      ['majority', undefined, undefined, 0.5, 1],
    ]);
  });

  it('keeps data sets apart, and leaves out what is not there', () => {
    const a = configuration('a', {}, [finished(null)], 'a.csv');
    const b = configuration('b', {}, [finished(0.6)], 'b.csv');
    expect(baselines(a, b)).toEqual([
      ['majority', undefined, 'a.csv', 0.5, 1],
      ['raw pixels', undefined, 'b.csv', 0.6, 1],
      ['majority', undefined, 'b.csv', 0.5, 1],
    ]);
  });
});
