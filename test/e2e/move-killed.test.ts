import { spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { undoMoves } from '../../src/jobs/duplicates/undo.ts';

const JOB = fileURLToPath(new URL('move-job.mjs', import.meta.url));
const NAMES = ['a/1.jpg', 'a/2.jpg', 'b/1.jpg', 'b/✓ 2.jpg'];

let root = '';
beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), 'samesame-move-killed-'));
});
afterAll(() => rmSync(root, { recursive: true, force: true }));

/** Runs a job that must die of its own kill. */
async function runKilled(job: object): Promise<void> {
  const child = spawn(process.execPath, [JOB, JSON.stringify(job)], { stdio: ['ignore', 'ignore', 'pipe'] });
  let stderr = '';
  child.stderr.on('data', (chunk) => {
    stderr += chunk;
  });
  const [code, signal] = await once(child, 'close');
  expect([code, signal, stderr]).toEqual([null, 'SIGKILL', '']);
}

function makeFiles(name: string) {
  const folder = join(root, name);
  for (const file of ['keep.jpg', ...NAMES]) {
    mkdirSync(join(folder, 'in', file, '..'), { recursive: true });
    writeFileSync(join(folder, 'in', file), `content of ${file}`);
  }
  const out = join(folder, 'out');
  const files = NAMES.map((file) => join(folder, 'in', file));
  return {
    files,
    out,
    undo: join(out, 'undo.json'),
    job: { keeper: join(folder, 'in/keep.jpg'), files, folder: out },
  };
}

/** Every content is whole under its first name or under its new one. */
function expectNothingLost({ files, out }: ReturnType<typeof makeFiles>): void {
  for (const [i, file] of files.entries()) {
    const places = [file, join(out, NAMES[i])].filter((path) => existsSync(path));
    expect(places.length, file).toBeGreaterThan(0);
    for (const place of places) expect(readFileSync(place, 'utf8')).toBe(`content of ${NAMES[i]}`);
  }
}

async function expectUndone(made: ReturnType<typeof makeFiles>): Promise<void> {
  expectNothingLost(made);
  if (existsSync(made.undo)) expect((await undoMoves(made.undo)).failed).toEqual([]);
  for (const [i, file] of made.files.entries())
    expect(readFileSync(file, 'utf8')).toBe(`content of ${NAMES[i]}`);
  // What is left of a killed write of the undo file itself is no file of the user's.
  const left = existsSync(made.out) ? readdirSync(made.out, { recursive: true }).map(String) : [];
  expect(left.filter((name) => !/undo\.json.*tmp/.test(name))).toEqual([]);
}

describe('moving copies, killed', () => {
  it.each([
    ['before the undo file is there', { call: 'rename', at: 1, isDone: false }],
    ['before the first file is moved', { call: 'rename', at: 2, isDone: false }],
    ['after two of four', { call: 'rename', at: 3, isDone: true }],
    [
      'to another disk: with a copy that has no name yet',
      { call: 'copyFile', at: 2, isDone: true, isAcross: true },
    ],
    ['to another disk: with a file in both places', { call: 'rm', at: 2, isDone: false, isAcross: true }],
  ])('%s: nothing is lost, and undo brings all back', async (name, kill) => {
    const made = makeFiles(name);
    await runKilled({ ...made.job, ...kill });
    await expectUndone(made);
  });

  it('in the middle of the undo: another undo ends it', async () => {
    const made = makeFiles('undo');
    await runKilled({ ...made.job, call: 'rename', at: 5, isDone: true });
    await runKilled({ undo: made.undo, call: 'rename', at: 2, isDone: true });
    expect(existsSync(made.undo)).toBe(true);
    await runKilled({ undo: made.undo, call: 'copyFile', at: 1, isDone: true, isAcross: true });
    await expectUndone(made);
    expect(existsSync(made.out)).toBe(false);
    const left = readdirSync(join(root, 'undo/in'), { recursive: true }).map(String);
    expect(left.filter((path) => !NAMES.includes(path)).sort()).toEqual(['a', 'b', 'keep.jpg']);
  });
});
