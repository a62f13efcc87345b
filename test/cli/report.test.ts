import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseOnlyLine, runCli } from './run-cli.ts';

/** What a run that was killed in its second epoch leaves, its last line torn. */
const CONFIG = { dataset: 'photos', network: 'compact', batchSize: 32, seed: 7 };
const LINE = {
  epoch: 1,
  loss: 0.5,
  rate: 0.002,
  diagnostics: {},
  validation: { accuracy: 0.75, threshold: 0.5, positiveDistance: 0.3, negativeDistance: 0.9 },
  isBest: true,
  seconds: 3,
  imagesPerSecond: 900,
};
let cwd = '';
const run = (...args: string[]) => runCli(['report', ...args], { cwd });

beforeAll(() => {
  cwd = mkdtempSync(join(tmpdir(), 'samesame-cli-report-'));
  mkdirSync(join(cwd, 'runs', 'photos'), { recursive: true });
  writeFileSync(join(cwd, 'runs/photos/config.json'), JSON.stringify(CONFIG));
  writeFileSync(join(cwd, 'runs/photos/metrics.jsonl'), `${JSON.stringify(LINE)}\n{"epoch":2,"lo`);
});
afterAll(() => rmSync(cwd, { recursive: true, force: true }));

describe('report', () => {
  it('makes the page of an unfinished run, says so, and warns of the torn line', async () => {
    const result = await run('runs/photos');
    expect(result.code, result.stderr).toBe(0);
    expect(result.stdout).toContain('runs/photos: an unfinished run of 1 epoch so far');
    expect(result.stdout).toContain('samesame train DATA --out runs/photos --resume');
    expect(result.stderr).toContain('warning: line 2 of ');
    expect(readFileSync(join(cwd, 'runs/photos/report.html'), 'utf8')).toContain('This run is unfinished.');
  });

  it('prints one JSON object, and writes where it is asked to', async () => {
    const result = await run('runs/photos', '--out', 'deep/page.html', '--json', '--quiet', '--seed', '3');
    expect(result.code, result.stderr).toBe(0);
    expect(parseOnlyLine(result)).toEqual({
      run: 'runs/photos',
      report: 'deep/page.html',
      finished: false,
      epochs: 1,
      bestEpoch: 1,
      warnings: [expect.stringContaining('torn')],
    });
    expect(existsSync(join(cwd, 'deep/page.html'))).toBe(true);
  });

  it('names the run that was probably meant, the option too, and tells wrong data from wrong usage', async () => {
    const misspelt = await run('runs/photo', '--json');
    expect(misspelt.code).toBe(1);
    expect(parseOnlyLine(misspelt)).toMatchObject({
      error: { code: 'E_NOT_FOUND', details: { suggestion: join('runs', 'photos') } },
    });
    const option = await run('runs/photos', '--oot', 'x.html');
    expect([option.code, option.stderr]).toEqual([2, expect.stringContaining('did you mean --out?')]);
    mkdirSync(join(cwd, 'runs', 'garbled'));
    writeFileSync(join(cwd, 'runs/garbled/config.json'), JSON.stringify(CONFIG));
    writeFileSync(join(cwd, 'runs/garbled/metrics.jsonl'), `garbled\n${JSON.stringify(LINE)}\n`);
    const garbled = await run('runs/garbled');
    expect([garbled.code, garbled.stderr]).toEqual([
      3,
      expect.stringMatching(/^E_DATA: line 1 of .*metrics/),
    ]);
  });

  it('has help with an example', async () => {
    expect((await runCli(['--help'])).stdout).toMatch(/^ {2}report /m);
    const { code, stdout } = await run('--help');
    expect(code).toBe(0);
    expect(stdout).toMatch(/\$ samesame report runs\/photos/);
    // It runs no network, so it takes no processor options.
    expect(stdout).not.toContain('--threads');
  });
});
