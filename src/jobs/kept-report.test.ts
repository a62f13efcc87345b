import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ReportData } from '../report/index.ts';
import { KEPT_REPORT, keepReport, readKeptReport } from './kept-report.ts';

let run = '';
beforeEach(async () => {
  run = await mkdtemp(join(tmpdir(), 'samesame-kept-'));
});
afterEach(() => rm(run, { recursive: true }));

/** Keeping does not look into a report. */
const REPORT = {
  title: 'Shoes “new” \u2028 <b>',
  verification: { accuracy: { value: 0.1 + 0.2, low: 1e-7, high: 123456789.123 } },
  galleries: [{ image: 'data:image/png;base64,AAAA' }],
  bestEpoch: null,
  epochs: [{ epoch: 1, trainLoss: 0.5 }],
} as unknown as ReportData;

async function edit(change: (text: string) => string) {
  const path = join(run, KEPT_REPORT);
  await writeFile(path, change(await readFile(path, 'utf8')));
}

describe('a kept report', () => {
  it('comes back as it was, without the epochs', async () => {
    await keepReport(run, REPORT);
    const { epochs: _, ...rest } = REPORT;
    expect(await readKeptReport(run)).toEqual(rest);
    expect(JSON.stringify(await readKeptReport(run))).toBe(JSON.stringify(rest));
  });

  it('is not there before the end of a run', async () => {
    expect(await readKeptReport(run)).toBeUndefined();
  });

  it.each([
    ['cut', (text: string) => text.slice(0, -20), /not JSON/],
    ['empty', () => '', /0 characters/],
    ['of another kind', () => '[1, 2]', /JSON of another kind/],
    ['null', () => 'null', /JSON of another kind/],
    ['changed in one digit', (text: string) => text.replace('0.30000000000000004', '0.4'), /checksum/],
    ['without its report', (text: string) => text.replace(/"report":.*/s, '"report":3}'), /no report in it/],
  ])('that was %s is refused', async (_name, change, message) => {
    await keepReport(run, REPORT);
    await edit(change);
    const failure = await readKeptReport(run).catch((error) => error);
    expect(failure.code).toBe('E_DATA');
    expect(failure.message).toMatch(message);
    expect(failure.message).toContain('--resume');
  });

  it('of another version says which', async () => {
    await keepReport(run, REPORT);
    await edit((text) => text.replace('"version":1', '"version":2'));
    await expect(readKeptReport(run)).rejects.toThrow(/expected: version 1 .*\n.*received: version 2/);
  });
});
