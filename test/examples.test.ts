import { execFile } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CLASS_NAMES, makeImageFolder, QUICK_RUN } from './tiny-images.ts';

const EXAMPLES = fileURLToPath(new URL('../examples/', import.meta.url));
const IMAGES_PER_CLASS = 20;

const root = mkdtempSync(join(tmpdir(), 'samesame-examples-'));
afterAll(() => rmSync(root, { recursive: true }));
const photos = join(root, 'photos');
const [bars, moreBars, disc] = ['bars/03.png', 'bars/07.png', 'discs/05.png'].map((path) =>
  join(photos, path),
);

/** Runs an example as a reader would, and gives the lines that it prints. */
async function runExample(name: string, ...args: string[]): Promise<string[]> {
  const { stdout } = await promisify(execFile)(process.execPath, [join(EXAMPLES, name), ...args]);
  return stdout.trimEnd().split('\n');
}

/** The number behind a word. */
function numberAfter(word: string, text: string): number {
  return Number(new RegExp(`${word} (-?\\d[\\d.e+-]*)`).exec(text)?.[1]);
}

describe('each example', () => {
  it.each(readdirSync(EXAMPLES))('%s says how to run it, in less than 60 lines', (name) => {
    const text = readFileSync(join(EXAMPLES, name), 'utf8');
    expect(text.split('\n').length - 1).toBeLessThan(60);
    expect(text).toMatch(/^\/\/ .*/);
    expect(text).toContain(`//   node examples/${name}`);
  });

  it.each(readdirSync(EXAMPLES).filter((name) => name !== 'gradients.mjs'))(
    '%s without arguments says what it needs',
    async (name) => {
      await expect(runExample(name)).rejects.toMatchObject({
        code: 2,
        stderr: expect.stringContaining(`usage: node examples/${name}`),
      });
    },
  );
});

describe('gradients.mjs', () => {
  it('fits the line', async () => {
    const lines = await runExample('gradients.mjs');
    const losses = lines.slice(0, -1).map((line) => numberAfter('loss', line));
    expect(losses.length).toBe(6);
    expect(losses.every((loss, i) => i === 0 || loss < losses[i - 1] / 10)).toBe(true);
    expect(lines.at(-1)).toBe('y = 2.000 a + -3.000 b + 0.500');
  });
});

describe('with a folder of images', () => {
  const run = join(root, 'run');
  let trained: string[];
  beforeAll(async () => {
    await makeImageFolder(photos, { imagesPerClass: IMAGES_PER_CLASS });
    const settings = JSON.stringify({ ...QUICK_RUN, epochs: 12 });
    trained = await runExample('own-folder.mjs', photos, bars, disc, '--out', run, '--settings', settings);
  });

  it('own-folder.mjs trains, measures and compares', () => {
    expect(trained.filter((line) => line.startsWith('epoch ')).length).toBe(12);
    expect(numberAfter('loss', trained[11])).toBeLessThan(numberAfter('loss', trained[0]));
    expect(trained[12]).toMatch(/^on test pairs: \d+\.\d % right \(95 % interval \d+\.\d % to \d+\.\d %\)$/);
    expect(trained[13]).toBe(`model: ${join(run, 'model')}, report: ${join(run, 'report.html')}`);
    expect(trained[14]).toMatch(/^different, probability 0\.\d{3} \(distance /);
  });

  it('own-loss.mjs trains with a loss of its own, and the run says so', async () => {
    const out = join(root, 'own-loss');
    const settings = JSON.stringify({ ...QUICK_RUN, network: 'compact', epochs: 4 });
    const lines = await runExample('own-loss.mjs', photos, '--out', out, '--settings', settings);
    expect(numberAfter('loss', lines[3])).toBeLessThan(numberAfter('loss', lines[0]));
    expect(lines[4]).toMatch(/^on test pairs: \d+\.\d % right, report: /);
    const config = JSON.parse(readFileSync(join(out, 'config.json'), 'utf8'));
    expect(config).toMatchObject({ loss: 'custom', lossOptions: { name: 'sigmoid' } });
    expect(readFileSync(join(out, 'model', 'README.md'), 'utf8')).toContain('loss sigmoid');
  });

  it('find-similar.mjs finds images of the same class first', async () => {
    const lines = await runExample('find-similar.mjs', run, photos, bars, '--count', '8');
    const found = lines.map((line) => /^(\S+) +(same|different) +(.*)$/.exec(line)!.slice(1));
    const distances = found.map(([distance]) => Number(distance));
    expect(distances).toEqual([...distances].sort((a, b) => a - b));
    expect(found.length).toBe(8);
    expect(found.map(([, , path]) => path)).not.toContain(bars);
    expect(found.filter(([, , path]) => path.startsWith(join(photos, 'bars'))).length).toBeGreaterThan(5);
  });

  it('find-similar.mjs shows all there are, where fewer are there than asked for', async () => {
    const lines = await runExample('find-similar.mjs', run, photos, bars, '--count', '1000');
    expect(lines.length).toBe(CLASS_NAMES.length * IMAGES_PER_CLASS - 1);
  });

  it('raw-onnx.mjs comes to the same distance without samesame', async () => {
    const [shape, answer] = await runExample('raw-onnx.mjs', join(run, 'model'), bars, moreBars);
    expect(shape).toBe('embeddings: float32 [2, 32]');
    const lines = await runExample('find-similar.mjs', run, photos, bars, '--count', '1000');
    const line = lines.find((line) => line.endsWith(moreBars));
    const [distance, verdict] = line!.split(/ +/);
    expect(numberAfter('distance', answer)).toBeCloseTo(Number(distance), 3);
    expect(answer).toMatch(new RegExp(`: ${verdict}$`));
  });
});
