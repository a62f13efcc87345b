import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { drawShapes, parseOnlyLine, runCli } from './run-cli.ts';

const folder = mkdtempSync(join(tmpdir(), 'samesame-calibrate-cli-'));
const run = (...args: string[]) => runCli(args, { cwd: folder });
const SMALL = ['--size', '24', '--network', 'protocol-a', '--epochs', '1', '--threads', '1', '--quiet'];

beforeAll(async () => {
  await drawShapes(join(folder, 'shapes'));
  const { code, stderr } = await run('train', 'shapes', '--out', 'run', '--no-tensorboard', ...SMALL);
  expect(stderr).toBe('');
  expect(code).toBe(0);
}, 60_000);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('calibrate', () => {
  it('prints one JSON object, writes the model and a picture, and changes what compare says', async () => {
    const options = [
      '--max-error',
      '0.2',
      '--prior',
      '0.1',
      '--pairs',
      '400',
      '--split',
      'all',
      '--json',
      '--quiet',
    ];
    const done = await run('calibrate', 'run', 'shapes', '--out', 'cal', '--figure', 'rel.svg', ...options);
    expect(done.code).toBe(0);
    const answer = parseOnlyLine(done);
    expect(answer).toMatchObject({
      model: 'cal',
      part: 'all',
      answers: { prior: 0.1, cuts: { maxError: 0.2 } },
    });
    expect(readFileSync(join(folder, 'rel.svg'), 'utf8')).toMatch(/^<svg [^>]*width="960"/);
    const pair = ['shapes/bars/0.png', 'shapes/bars/1.png'];
    expect(parseOnlyLine(await run('compare', 'cal', ...pair, '--json'))).toMatchObject({ prior: 0.1 });
    expect(parseOnlyLine(await run('compare', 'cal', ...pair, '--prior', '0.4', '--json'))).toMatchObject({
      prior: 0.4,
    });
    const measured = parseOnlyLine(
      await run('evaluate', 'cal', 'shapes', '--full', '--prior', '0.1', '--json', '--quiet'),
    );
    expect(measured).toMatchObject({
      answers: { elsewhere: { prior: 0.1 }, threeWay: { maxError: 0.2 } },
      full: { detection: expect.any(Array), classes: expect.any(Array) },
      retrieval: { mrr: expect.any(Number) },
    });
  }, 60_000);

  it.each([
    [['calibrate', 'run', 'shapes', '--prior', '0'], 2, 'between 0 and 1'],
    [['calibrate', 'run', 'shapes', '--max-error', '0.7'], 2, 'at most 0.5'],
    [['calibrate', 'run', 'shapes', '--metod', 'auto'], 2, '--method'],
    [['calibrate', 'run', 'shapes', '--figure', 'rel.txt'], 2, '.svg'],
    [['drift', 'nowhere', 'shapes'], 1, 'no model'],
    [['drift', 'run', 'shapes', '--farthes', '2'], 2, '--farthest'],
    [['evaluate', 'run', 'shapes', '--ful'], 2, '--full'],
  ])('%j ends with code %i', async (args, code, text) => {
    const failed = await run(...args, '--quiet');
    expect(failed.stderr).toContain(text);
    expect(failed.code).toBe(code);
    expect(existsSync(join(folder, 'rel.txt'))).toBe(false);
  });
});

describe('drift', () => {
  it('prints one JSON object', async () => {
    const answer = parseOnlyLine(await run('drift', 'run', 'shapes', '--farthest', '2', '--json', '--quiet'));
    expect(answer).toMatchObject({ model: 'run', numImages: 36, trust: expect.any(String) });
    expect(answer.farthest).toHaveLength(2);
  });

  it.each(['calibrate', 'drift'])('%s has help with an example', async (verb) => {
    const { stdout, code } = await run(verb, '--help');
    expect(code).toBe(0);
    expect(stdout).toContain(`$ samesame ${verb} `);
  });
});
