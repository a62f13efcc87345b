import { spawn } from 'node:child_process';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { openDataset } from '../../src/data/sources/open.ts';
import { type TrainJob, train } from '../../src/jobs/train.ts';
import { sha256 } from '../../src/model/save.ts';
import type { TrainOptions } from '../../src/train/config.ts';
import type { TrainEvent } from '../../src/train/progress.ts';
import { nodeRuntime } from '../gradcheck.ts';
import { QUICK_RUN } from '../tiny-images.ts';

/** A quick job on the data set at a path, and what it told. */
export async function runJob(
  data: string,
  out: string,
  { config = {}, ...rest }: Partial<TrainJob> = {},
): Promise<{ run: Awaited<ReturnType<typeof train>>; events: TrainEvent[]; warnings: string[] }> {
  const events: TrainEvent[] = [];
  const run = await train({
    dataset: await openDataset(data),
    out,
    config: { ...QUICK_RUN, ...config },
    onEvent: (event) => events.push(event),
    ...rest,
  });
  const warnings = events.flatMap((event) => (event.kind === 'warning' ? [event.message] : []));
  return { run, events, warnings };
}

/** `runJob` on one thread: on small images the others only wait, and cost time that other tests could use. */
export function runOnOneThread(data: string, out: string, job: Partial<TrainJob> = {}) {
  return runJob(data, out, { runtime: nodeRuntime, ...job });
}

/** What a failed action threw, as a plain code and message. */
export async function failureOf(action: Promise<unknown>): Promise<{ code: string; message: string }> {
  const error = await action.then(
    () => {
      throw new Error('it did not fail');
    },
    (failure) => failure,
  );
  return { code: String(error.code), message: String(error.message) };
}

/** The text of a run's metrics without what the clock says. */
export async function timelessMetrics(run: string): Promise<unknown[]> {
  const text = await readFile(join(run, 'metrics.jsonl'), 'utf8');
  return text
    .trimEnd()
    .split('\n')
    .map((line) => {
      const { seconds: _seconds, imagesPerSecond: _rate, ...record } = JSON.parse(line);
      return record;
    });
}

/** Checksum of every file of a folder, by name. */
export async function checksumsOf(folder: string): Promise<Record<string, string>> {
  const names = (await readdir(folder)).sort();
  const entries = names.map(async (name) => [name, sha256(await readFile(join(folder, name)))]);
  return Object.fromEntries(await Promise.all(entries));
}

const RUNNER = fileURLToPath(new URL('run-job.mjs', import.meta.url));

export interface ChildJob {
  readonly data: string;
  readonly out: string;
  readonly config?: TrainOptions;
  readonly resume?: boolean;
  readonly checkpointSeconds?: number;
  readonly killAtStep?: number;
}

/**
 * Runs a job in a process of its own.
 * @param killAfterMs kill it so long after its first step, wherever it is then
 * @returns the steps that it told of, and what ended it
 */
export function runInChild(
  { config = {}, ...job }: ChildJob,
  killAfterMs?: number,
): Promise<{ numSteps: number; signal: NodeJS.Signals | null; code: number | null; stderr: string }> {
  const child = spawn(process.execPath, [
    RUNNER,
    JSON.stringify({ ...job, config: { ...QUICK_RUN, ...config } }),
  ]);
  let [stdout, stderr] = ['', ''];
  let timer: NodeJS.Timeout | undefined;
  child.stdout.on('data', (chunk) => {
    stdout += chunk;
    if (killAfterMs !== undefined) timer ??= setTimeout(() => child.kill('SIGKILL'), killAfterMs);
  });
  child.stderr.on('data', (chunk) => {
    stderr += chunk;
  });
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code, signal) => {
      clearTimeout(timer);
      resolve({ numSteps: (stdout.match(/^step/gm) ?? []).length, signal, code, stderr });
    });
  });
}
