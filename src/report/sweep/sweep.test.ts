import { parse } from 'csv-parse/sync';
import { describe, expect, it } from 'vitest';
import { svgToPng } from '../figures/svg-to-png.ts';
import { sweepFigure } from '../figures/sweep-figure.ts';
import { renderSweepCsv } from './sweep-csv.ts';
import { renderSweepMarkdown } from './sweep-markdown.ts';
import {
  formatRuns,
  formatSpread,
  MEASURE_NAMES,
  type SeedSpread,
  type SweepRow,
  type SweepSpreads,
  type SweepTable,
} from './sweep-table.ts';
import { renderSweepText } from './sweep-text.ts';

const NOTHING = Object.fromEntries(MEASURE_NAMES.map((name) => [name, null])) as unknown as SweepSpreads;
const spread = (mean: number, deviation: number | null = 0.01): SeedSpread => ({
  mean,
  deviation,
  min: mean - 0.01,
  max: mean + 0.01,
  count: 2,
});
const values = (accuracy: number) => ({
  ...(Object.fromEntries(MEASURE_NAMES.map((name) => [name, null])) as Record<'auc', null>),
  accuracy,
});

function row(name: string, mean: number, isBest = false): SweepRow {
  return {
    name,
    settings: {},
    isBest,
    spreads: { ...NOTHING, validationAccuracy: spread(mean), accuracy: spread(mean) },
    runs: [1, 2].map((seed, i) => ({
      seed,
      folder: `${name}/${seed}`,
      state: 'finished',
      values: values(mean - 0.01 + 0.02 * i) as never,
    })),
  };
}

const FAILED: SweepRow = {
  ...row('a, "b" | <c>\n=1', 0),
  spreads: NOTHING,
  runs: [],
  failure: { code: 'E_CONFIG', message: 'not usable\n  help: look' },
};

const TABLE: SweepTable = {
  name: 'two | three',
  seeds: [1, 2],
  numRuns: 6,
  numFinished: 4,
  numFailed: 2,
  rows: [row('one', 0.91, true), row('two', 0.9), FAILED],
  baselines: [
    { name: 'raw pixels', spreads: { accuracy: spread(0.7) } },
    { name: 'majority', spreads: { accuracy: spread(0.5, 0) } },
  ],
};

describe('table.md', () => {
  const text = renderSweepMarkdown(TABLE);

  it('has a row for each configuration and baseline, the best one marked, and says what failed', () => {
    const rows = text.split('\n').filter((line) => line.startsWith('|'));
    expect(rows).toHaveLength(2 + 3 + 2);
    // Each has as many cells as the header; an escaped bar is none.
    for (const line of rows) expect(line.match(/(?<!\\)\|/g)).toHaveLength(11);
    expect(rows[2]).toContain('| **one** (best) | **0.9100 ± 0.0100** | 0.9100 ± 0.0100 | – |');
    expect(rows[4]).toMatch(/\| failed \|$/);
    expect(rows[5]).toContain('| _raw pixels_ |  | 0.7000 ± 0.0100 |  |');
    expect(text).toContain('2 of 6 runs failed.');
    expect(text).toContain('E_CONFIG: not usable help: look');
    expect(text).toMatch(/Sorted by validation accuracy.*by its test numbers/);
  });
});

describe('table.csv', () => {
  it('reads back with another reader, numbers whole', () => {
    const records: Record<string, string>[] = parse(renderSweepCsv(TABLE), { columns: true });
    expect(records.map(({ configuration, kind, best }) => [configuration, kind, best])).toEqual([
      ['one', 'configuration', 'yes'],
      ['two', 'configuration', 'no'],
      [FAILED.name, 'configuration', 'no'],
      ['raw pixels', 'baseline', 'no'],
      ['majority', 'baseline', 'no'],
    ]);
    expect(Number(records[0].accuracy_mean)).toBe(0.91);
    expect(Number(records[0].accuracy_min)).toBe(0.91 - 0.01);
    expect(records[0].auc_mean).toBe('');
    expect(records[2].error).toBe(FAILED.failure!.message);
  });
});

describe('the table in a terminal', () => {
  it('fits: columns that are least wanted give way, and are named', () => {
    const wide = renderSweepText(TABLE, 200);
    expect(wide).toMatch(/^\* one .*0\.9100 ± 0\.0100/m);
    expect(wide).toMatch(/E_CONFIG: not usable\n {4}help: look/);
    expect(wide).not.toContain('more in table.md');
    const narrow = renderSweepText(TABLE, 80);
    expect(narrow).toContain('more in table.md: Parameters');
    const lines = narrow.split('\n').filter((line) => /one|two|─/.test(line));
    for (const line of lines) expect(line.length).toBeLessThanOrEqual(80);
  });

  it('cuts names last of all, and not below what can be read', () => {
    const long = {
      ...TABLE,
      rows: [row(`learningRate=0.001 ${'lossOptions.margin=0.5 '.repeat(3)}`.trim(), 0.9)],
    };
    expect(renderSweepText(long, 160)).toContain(long.rows[0].name);
    const cut = renderSweepText(long, 90);
    expect(cut).toMatch(/learningRate=0\.0.*…/);
    expect(
      Math.max(
        ...cut
          .split('\n')
          .slice(0, 3)
          .map((line) => line.length),
      ),
    ).toBeLessThanOrEqual(90);
  });

  it('says how many seeds a row is of', () => {
    const states = (...list: ('finished' | 'failed' | 'waiting')[]): SweepRow => ({
      ...FAILED,
      failure: undefined,
      runs: list.map((state, seed) => ({ seed, folder: '', state })),
    });
    expect(formatRuns(states('finished', 'finished'))).toBe('2');
    expect(formatRuns(states('finished', 'waiting'))).toBe('1 of 2');
    expect(formatRuns(states('finished', 'failed', 'waiting'))).toBe('1 of 3, 1 failed');
    expect(formatRuns(states('failed', 'failed'))).toBe('failed');
    expect(formatRuns(FAILED)).toBe('failed');
    expect(formatSpread('accuracy', spread(0.5, null))).toBe('0.5000');
    expect(formatSpread('numParameters', spread(429_120, 0))).toBe('429,120');
    expect(formatSpread('auc', null)).toBe('–');
  });
});

describe('the plot', () => {
  it('has a dot for each seed and a bar for each mean, where the scale has them', () => {
    const svg = sweepFigure(TABLE);
    const dots = [...svg.matchAll(/<circle cx="([\d.]+)" cy="([\d.]+)"/g)].map(([, x, y]) => [+x, +y]);
    expect(dots).toHaveLength(4);
    // In a row of two seeds the mean is half-way between.
    const bars = [...svg.matchAll(/<path d="M([\d.]+) [\d.]+v18"/g)].map(([, x]) => +x);
    expect(bars).toHaveLength(2);
    expect(bars[0]).toBeCloseTo((dots[0][0] + dots[1][0]) / 2, 1);
    // .92, the highest dot of the best, is as far right of .90 as .91 is of .89.
    expect(dots[1][0] - dots[0][0]).toBeCloseTo(dots[3][0] - dots[2][0], 1);
    expect(dots[1][0]).toBeGreaterThan(dots[3][0]);
    expect(svg).toContain('raw pixels 0.7000, left of the axis');
  });

  it('is a picture too, and says so where there is nothing to draw', async () => {
    const png = await svgToPng(sweepFigure(TABLE));
    expect([...png.slice(1, 4)]).toEqual([...Buffer.from('PNG')]);
    const empty = sweepFigure({ ...TABLE, rows: [FAILED], baselines: [] });
    expect(empty).toContain('No run is finished yet');
    expect(empty).not.toContain('NaN');
  });

  it('shows all of a name that a grid has made, and where raw pixels are better', () => {
    const name = 'loss=contrastive lossOptions.margin=0.5 learningRate=0.001 batchSize=32';
    const baselines = [{ name: 'raw pixels' as const, spreads: { accuracy: spread(0.99) } }];
    const svg = sweepFigure({ ...TABLE, rows: [row(name, 0.9), row('b', 0.89)], baselines });
    const words = [...svg.matchAll(/>([^<>]+)<\/text>/g)].map(([, text]) => text).join(' ');
    expect(words).toContain('loss=contrastive lossOptions.margin=0.5');
    expect(words).toContain('learningRate=0.001 batchSize=32');
    expect(words).toContain('raw pixels 0.9900, right of the axis');
  });

  it('has a scale where all seeds agree, and at the end of it', () => {
    const one = {
      ...row('same', 1),
      runs: row('same', 1).runs.map((run) => ({ ...run, values: values(1) as never })),
    };
    const svg = sweepFigure({ ...TABLE, rows: [one] });
    expect(svg).not.toMatch(/NaN|Infinity/);
    expect(svg.match(/<circle/g)).toHaveLength(2);
  });
});
