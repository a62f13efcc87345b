import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { drawShapes, parseOnlyLine, runCli } from './run-cli.ts';

let cwd = '';
const run = (...args: string[]) => runCli(args, { cwd });
const evaluate = (...flags: string[]) => run('evaluate', 'runs/shapes', 'shapes', ...flags);

beforeAll(async () => {
  cwd = mkdtempSync(join(tmpdir(), 'samesame-cli-episodes-'));
  await drawShapes(join(cwd, 'shapes'));
  const flags = ['--epochs', '1', '--batch-size', '12', '--validation-pairs', '60', '--test-pairs', '60'];
  const trained = await run('train', 'shapes', ...flags, '--quiet');
  expect(trained.code, trained.stderr).toBe(0);
}, 60_000);
afterAll(() => rmSync(cwd, { recursive: true, force: true }));

describe('evaluate --episodes', () => {
  it('prints a table, and one JSON object with --json', async () => {
    const flags = ['--episodes', '--split', 'all', '--ways', '3', '--queries', '2', '--num-episodes', '20'];
    const text = await evaluate(...flags, '--quiet');
    expect(text.code, text.stderr).toBe(0);
    expect(text.stdout).toMatch(/3-way 1-shot +accuracy/);
    expect(text.stdout).toMatch(/chance +0\.3333/);
    const result = parseOnlyLine(await evaluate(...flags, '--shots', '2', '--seed', '4', '--json'));
    expect(result).toMatchObject({
      model: 'runs/shapes',
      data: 'shapes',
      episodes: {
        kind: 'random',
        part: 'all',
        ways: 3,
        shots: 2,
        numEpisodes: 20,
        numQueries: 120,
        rotations: false,
        shifts: 0,
        accuracy: { value: expect.any(Number), low: expect.any(Number), high: expect.any(Number) },
        rawPixels: { value: expect.any(Number) },
        chance: 1 / 3,
      },
    });
  });

  it.each([
    [['--ways', '5'], /--ways has no effect here/],
    [['--episodes', '--pairs', '10', '--out', 'x.html'], /--pairs, --out have no effect here/],
    [['--episodes', 'official', '--num-episodes', '3'], /--num-episodes has no effect here/],
    [['--episodes', 'oficial'], /did you mean official/],
  ])('refuses %j', async (flags, message) => {
    const { code, stderr } = await evaluate(...flags);
    expect(code).toBe(2);
    expect(stderr).toMatch(message);
  });

  it('says what is missing in the data', async () => {
    const few = await evaluate('--episodes', '--ways', '9', '--split', 'all');
    expect([few.code, few.stderr]).toEqual([3, expect.stringMatching(/too few classes for 9-way episodes/)]);
    const official = await evaluate('--episodes', 'official');
    expect([official.code, official.stderr]).toEqual([1, expect.stringMatching(/official runs of Omniglot/)]);
  });
});
