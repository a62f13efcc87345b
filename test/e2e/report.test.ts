import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { rebuildReport } from '../../src/jobs/rebuild-report.ts';
import { makeImageFolder, QUICK_RUN } from '../tiny-images.ts';
import { failureOf, runOnOneThread } from './job.ts';

let root = '';
let images = '';
let finished = '';
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'samesame-report-'));
  images = await makeImageFolder(join(root, 'images'), { imagesPerClass: 14 });
  finished = (await runOnOneThread(images, join(root, 'finished'))).run.run;
});
afterAll(() => rm(root, { recursive: true }));

const read = (run: string, name = 'report.html') => readFile(join(run, name), 'utf8');

/** A copy of the finished run, to be damaged. */
async function copyRun(name: string): Promise<string> {
  const run = join(root, name);
  await cp(finished, run, { recursive: true });
  return run;
}

/** The run as it was before its end: a kill leaves no model, no report and nothing kept for one. */
async function copyUnfinished(name: string): Promise<string> {
  const run = await copyRun(name);
  for (const later of ['report.html', 'report-data.json', 'model'])
    await rm(join(run, later), { recursive: true });
  return run;
}

describe('the report of a finished run', () => {
  it('is made again byte for byte, without the data set and without the model', async () => {
    const run = await copyRun('again');
    const own = await read(run);
    for (const name of ['report.html', 'model', 'checkpoints'])
      await rm(join(run, name), { recursive: true });
    expect(await rebuildReport({ run })).toEqual({
      report: join(run, 'report.html'),
      isFinished: true,
      numEpochs: QUICK_RUN.epochs,
      bestEpoch: expect.any(Number),
      warnings: [],
    });
    expect(await read(run)).toBe(own);
  });

  it('goes where it is asked to, and leaves the run’s own alone', async () => {
    const run = await copyRun('elsewhere');
    await writeFile(join(run, 'report.html'), 'mine');
    const out = join(root, 'deep', 'page.html');
    await rebuildReport({ run, out });
    expect(await read(run)).toBe('mine');
    expect(await readFile(out, 'utf8')).toBe(await read(finished));
  });

  it('takes its epochs from metrics.jsonl, whatever was there when the run ended', async () => {
    const run = await copyRun('corrected');
    const lines = (await read(run, 'metrics.jsonl')).trimEnd().split('\n');
    const first = JSON.parse(lines[0]);
    first.validation.accuracy = 0.123456789;
    await writeFile(join(run, 'metrics.jsonl'), `${[JSON.stringify(first), ...lines.slice(1)].join('\n')}\n`);
    await rebuildReport({ run });
    expect(await read(run)).toContain('data-value="0.123456789">0.1235</td>');
  });

  it('is made without a torn last line of the metrics, with a warning', async () => {
    const run = await copyRun('torn');
    const text = await read(run, 'metrics.jsonl');
    await writeFile(join(run, 'metrics.jsonl'), text.slice(0, -40));
    const { numEpochs, isFinished, bestEpoch, warnings } = await rebuildReport({ run });
    expect({ numEpochs, isFinished }).toEqual({ numEpochs: QUICK_RUN.epochs - 1, isFinished: true });
    expect(bestEpoch).toBe((await rebuildReport({ run: finished, out: join(root, 'x.html') })).bestEpoch);
    expect(warnings).toEqual([expect.stringMatching(/line 3 .*is torn and left out/)]);
    expect((await read(run)).match(/<tr data-epoch=/g)).toHaveLength(QUICK_RUN.epochs - 1);
  });

  it('belongs to its own run: what a replaced one kept is gone before the new one begins', async () => {
    const run = await copyRun('replaced');
    const controller = new AbortController();
    const failure = await failureOf(
      runOnOneThread(images, run, {
        overwrite: true,
        signal: controller.signal,
        onEvent: (event) => {
          if (event.kind === 'epoch') controller.abort(new Error('stopped'));
        },
      }),
    );
    expect(failure.message).toBe('stopped');
    expect(await rebuildReport({ run })).toMatchObject({ isFinished: false, numEpochs: 1 });
  });
});

describe('the report of an unfinished run', () => {
  it('shows how far it came, what it was asked for, and how to go on', async () => {
    const run = await copyUnfinished('unfinished');
    expect(await rebuildReport({ run })).toMatchObject({ isFinished: false, numEpochs: 3, warnings: [] });
    const html = await read(run);
    expect(html).toContain('This run is unfinished.');
    expect(html).toContain(`samesame train DATA --out ${run} --resume`);
    expect(html.match(/<tr data-epoch=/g)).toHaveLength(3);
    expect(html).toContain('<th scope="row">batchSize</th><td>16</td>');
    expect(html).not.toContain('Pair accuracy');
  });

  it('gives way to the report of the whole run once that is resumed', async () => {
    const run = await copyUnfinished('resumed');
    await rebuildReport({ run });
    await runOnOneThread(images, run, { resume: true });
    expect(await read(run)).not.toContain('unfinished');
    expect(await rebuildReport({ run })).toMatchObject({ isFinished: true });
  });

  it.each([
    ['a torn only line', '{"epoch":1,"st'],
    ['no line', ''],
    ['no file', undefined],
  ])('is made from %s', async (name, text) => {
    const run = await copyUnfinished(name);
    if (text === undefined) await rm(join(run, 'metrics.jsonl'));
    else await writeFile(join(run, 'metrics.jsonl'), text);
    const { numEpochs, bestEpoch, warnings } = await rebuildReport({ run });
    expect({ numEpochs, bestEpoch }).toEqual({ numEpochs: 0, bestEpoch: null });
    expect(warnings).toHaveLength(text ? 1 : 0);
    expect(await read(run)).toContain('No epoch is finished yet');
  });
});

describe('a report is refused', () => {
  it('without a run, naming the one that was meant', async () => {
    const failure = await failureOf(rebuildReport({ run: join(root, 'finishd') }));
    expect(failure.code).toBe('E_NOT_FOUND');
    expect(failure.message).toContain(`did you mean ${finished}?`);
    expect((await failureOf(rebuildReport({ run: join(finished, 'model') }))).message).toMatch(
      /is a model, not a run\n(.*\n)*.*did you mean .*finished\?/,
    );
    expect((await failureOf(rebuildReport({ run: join(finished, 'report.html') }))).message).toContain(
      `did you mean ${finished}?`,
    );
    expect((await failureOf(rebuildReport({ run: images }))).message).toContain('there is no run in');
  });

  it('with a damaged file, naming it', async () => {
    const run = await copyRun('damaged');
    const damage = async (name: string, text: string | undefined) => {
      const former = await read(run, name);
      if (text === undefined) await rm(join(run, name));
      else await writeFile(join(run, name), text);
      const failure = await failureOf(rebuildReport({ run }));
      await writeFile(join(run, name), former);
      expect(failure.message).toContain(name);
      return failure.code;
    };
    expect(await damage('config.json', '{"dataset": "x", ')).toBe('E_CONFIG');
    expect(await damage('metrics.jsonl', 'no\nmetrics\n')).toBe('E_DATA');
    expect(await damage('metrics.jsonl', undefined)).toBe('E_NOT_FOUND');
    expect(await damage('report-data.json', '{"format": "samesame-report"')).toBe('E_DATA');
    await rebuildReport({ run });
    expect(await read(run)).toBe(await read(finished));
  });
});
