import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readTrainConfig } from '../../src/train/config.ts';
import { makeCleanFolder, plantProblems } from '../planted-folder.ts';
import { type CliResult, parseOnlyLine, runCli } from './run-cli.ts';

let cwd = '';
let strict: CliResult;
let json: Json;
const run = (...args: string[]) => runCli(args, { cwd });

interface Json {
  readonly verdict: string;
  readonly summary: { readonly numImages: number; readonly numExamined: number };
  readonly findings: readonly {
    readonly check: string;
    readonly severity: string;
    readonly groups: readonly { readonly images: readonly string[]; readonly caption: string | null }[];
  }[];
  readonly proposal: {
    readonly command: string;
    readonly config: object;
    readonly reasons: readonly string[];
  };
}

beforeAll(async () => {
  cwd = mkdtempSync(join(tmpdir(), 'samesame-inspect-cli-'));
  await Promise.all([plantProblems(join(cwd, 'photos')), makeCleanFolder(join(cwd, 'clean'))]);
  strict = await run('inspect', 'photos', '--json', '--quiet', '--html', 'page.html', '--strict');
  json = parseOnlyLine(strict) as unknown as Json;
});
afterAll(() => rmSync(cwd, { recursive: true, force: true }));

describe('inspect', () => {
  it('finds everything that was planted, each once, in one JSON object, and writes the page', () => {
    const found = Object.fromEntries(
      json.findings.map(({ check, groups }) => [
        check,
        groups.map(({ images }) => images.join(' ')).join('; '),
      ]),
    );
    expect(found).toEqual({
      'label-conflicts': 'hat/01.png shoe/hat-01.png',
      'lonely-classes': 'scarf/only.png',
      'class-balance': '',
      unreadable: 'hat/broken.jpg; hat/text.png',
      'near-label-conflicts': 'hat/shoe-04.jpg shoe/04.png',
      'exact-copies': 'hat/00-again.png hat/00.png',
      'identical-pixels': 'hat/02-lossless.tiff hat/02.png',
      'near-copies': 'hat/03-small.jpg hat/03.png',
      blank: 'shoe/blank.png',
      'near-black': 'shoe/dark.png',
      'near-white': 'shoe/light.png',
      tiny: 'shoe/tiny.png',
      unlabelled: 'outside.png',
      'class-names': '',
      'small-classes': '',
      'extreme-shapes': 'shoe/long.png',
      'mixed-colours': 'shoe/grey.png',
      'other-files': '',
      'file-names': 'shoe/Same.png shoe/same.png',
      turned: 'shoe/turned.jpg',
      animations: 'shoe/moving.gif',
      misnamed: 'shoe/misnamed.png',
    });
    expect(json).toMatchObject({
      verdict: 'error',
      data: 'photos',
      format: 'folder',
      html: 'page.html',
      threshold: 6,
    });
    expect(json.findings[0].groups[0].caption).toBe('in hat and shoe');
    const page = readFileSync(join(cwd, 'page.html'), 'utf8');
    expect(page).toContain('Not ready to train on');
    expect(page.match(/data:image\/webp;base64/g)!.length).toBeGreaterThan(20);
  });

  it('tells it to people, and proposes what train takes', async () => {
    const text = await run('inspect', 'photos');
    expect(text.code, text.stderr).toBe(0);
    expect(text.stdout).toContain('error    2 images are in several classes as the same image.');
    expect(text.stdout).toContain('hat/01.png = shoe/hat-01.png  (in hat and shoe)');
    const command = /samesame (train photos .*)/.exec(text.stdout)![1];
    expect(json.proposal.command).toBe(`samesame ${command}`);
    readTrainConfig(json.proposal.config);
    writeFileSync(join(cwd, 'proposal.json'), JSON.stringify(json.proposal.config));
    // With one flag that is wrong, it gets as far as that one: all the others are understood.
    for (const args of [command.split(' '), ['train', 'photos', '--config', 'proposal.json']]) {
      const train = await run(...args, '--batch-size', '1');
      expect(train.code).toBe(2);
      expect(train.stderr).toContain('batchSize');
      expect(train.stderr.match(/→ at/g)).toHaveLength(1);
    }
  });

  it('--strict ends with 3 after the result, and lets clean images pass', async () => {
    expect([strict.code, strict.stderr]).toEqual([3, 'photos has 14 findings that are worse than notes\n']);
    const clean = await run('inspect', 'clean', '--strict', '--json');
    expect(clean.code, clean.stderr).toBe(0);
    expect(parseOnlyLine(clean)).toMatchObject({ verdict: 'clean', findings: [] });
  });

  it('looks at a part, the same one for the same seed', async () => {
    const look = async (...args: string[]) =>
      parseOnlyLine(
        await run('inspect', 'photos', '--max-images', '20', '--json', ...args),
      ) as unknown as Json;
    const [one, again, other] = [await look(), await look('--seed', '0'), await look('--seed', 'other')];
    expect(one.summary).toMatchObject({ numImages: 76, numExamined: 20 });
    expect(again.findings).toEqual(one.findings);
    expect(other.findings).not.toEqual(one.findings);
  });

  it('refuses wrong usage, and what is not there', async () => {
    const bits = await run('inspect', 'photos', '--threshold', '33');
    expect([bits.code, bits.stderr]).toEqual([2, expect.stringContaining('from 0 to 19')]);
    const flag = await run('inspect', 'photos', '--stict');
    expect([flag.code, flag.stderr]).toEqual([2, expect.stringContaining('--strict')]);
    const gone = await run('inspect', 'nowhere');
    expect([gone.code, gone.stderr]).toEqual([1, expect.stringContaining('E_NOT_FOUND')]);
    const help = await run('inspect', '--help');
    expect([help.code, help.stdout]).toEqual([
      0,
      expect.stringContaining('$ samesame inspect photos --html'),
    ]);
    expect(existsSync(join(cwd, 'runs'))).toBe(false);
  });
});
