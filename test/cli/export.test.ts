import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { saveSmallModel } from '../small-model.ts';
import { drawShapes, parseOnlyLine, runCli } from './run-cli.ts';

const folder = mkdtempSync(join(tmpdir(), 'samesame-export-cli-'));
const run = (...args: string[]) => runCli(args, { cwd: folder });

beforeAll(async () => {
  await saveSmallModel(join(folder, 'run', 'model'));
  await drawShapes(join(folder, 'shapes'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('export', () => {
  it('prints what it costs, and writes a model that the other verbs take', async () => {
    const options = ['--pairs', '40', '--threads', '1', '--quiet'];
    const done = await run('export', 'run', 'shapes', '--to', 'onnx-int8', '--json', ...options);
    expect(done.code).toBe(0);
    expect(parseOnlyLine(done)).toMatchObject({
      format: 'onnx-int8',
      out: 'run-int8',
      images: 'measured',
      networks: [{ precision: 'int8', parity: { numImages: 36, numPairs: 40 } }],
    });
    const pair = ['shapes/bars/0.png', 'shapes/bars/1.png'];
    const [whole, eight] = await Promise.all(
      ['run', 'run-int8'].map(async (model) => parseOnlyLine(await run('compare', model, ...pair, '--json'))),
    );
    expect(eight.distance).toBeCloseTo(Number(whole.distance), 1);
    const again = await run('export', 'run', 'shapes', '--to', 'onnx-int8', ...options);
    expect(again.code).toBe(2);
    expect(again.stderr).toMatch(/E_CONFIG: run-int8 is there already[\s\S]*--overwrite/);
  });

  it('shows a table, and names the nearest format', async () => {
    const [shown, wrong] = await Promise.all([
      run('export', 'run', '--to', 'onnx', '--out', 'one.onnx', '--quiet'),
      run('export', 'run', '--to', 'onnx-int4'),
    ]);
    expect(shown.stdout).toMatch(
      /32 patterns drawn by chance[\s\S]*one\.onnx[\s\S]*100\.0\d\s%[\s\S]*export {2}one\.onnx/,
    );
    expect(existsSync(join(folder, 'one.onnx'))).toBe(true);
    expect(wrong.code).toBe(2);
    expect(wrong.stderr).toMatch(/did you mean onnx-int8\?/);
  });
});
