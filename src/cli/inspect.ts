import { dirname } from 'node:path';
import { type Command, InvalidArgumentError } from 'commander';
import { checkWritable } from '../base/files.ts';
import { openDataset } from '../data/sources/open.ts';
import { type Inspection, inspectDataset } from '../jobs/inspect.ts';
import { toInspectionData, writeInspectionPage } from '../jobs/inspect-page.ts';
import { renderInspectionText } from '../report/index.ts';
import { addBasicOptions, type CommonOptions, toCount, toNumber } from './common.ts';
import { PartialFailure } from './partial-failure.ts';
import { printNext } from './results-text.ts';
import { runStages } from './run-stages.ts';
import { createTerminal } from './terminal.ts';

const STAGES = { inspect: 'looking at images', compare: 'comparing look-alikes' };

interface InspectOptions extends CommonOptions {
  readonly html?: string;
  readonly threshold?: number;
  readonly maxImages?: number;
  readonly strict?: boolean;
}

export function addInspect(verb: Command): void {
  verb
    .argument('<data>', 'as train takes it; images without a class are looked at, too')
    .optionsGroup('Inspection:')
    .option('--html <file>', 'write a page with the images that the findings are about')
    .option(
      '--threshold <bits>',
      'bits of 64 in which perceptual hashes of near copies may differ, 0 to 19 (default: 6)',
      toBits,
    )
    .option('--max-images <n>', 'look at so many images, drawn by the seed (default: all)', toCount)
    .option('--strict', 'exit code 3 where there are errors or warnings, for scripts');
  addBasicOptions(verb, 'what --max-images draws by (default: 0)')
    .addHelpText(
      'after',
      `
Examples:
  $ samesame inspect photos
  $ samesame inspect photos --html inspection.html
  $ samesame inspect photos --max-images 5000 --json
  $ samesame inspect photos --strict && samesame train photos

It finds files that cannot be read, copies (the same file, the same pixels, the same picture to the eye), copies in
several parts of a split or in several classes, blank and tiny images, classes too small, and more; and proposes how
to train. Findings do not change the exit code, but with --strict.

--json: data, format, verdict (error, warning, note, clean), summary (counts, sizes, formats, classes, splits),
findings [{ check, severity, title, advice, groups [{ images, caption }] }], proposal { command, config, reasons },
threshold, seconds, html. Images are named as the data set names them; a group is of copies, or one image alone.`,
    )
    .action(runInspect);
}

async function runInspect(data: string, options: InspectOptions): Promise<void> {
  const { html, threshold, maxImages, seed, strict } = options;
  const terminal = createTerminal(options);
  if (html !== undefined) await checkWritable(dirname(html));
  const dataset = await openDataset(data, { labels: 'optional' });
  const inspection = await runStages(terminal, { stages: STAGES, advice: 'nothing was written' }, (watch) =>
    inspectDataset({
      dataset,
      threshold,
      maxImages,
      seed,
      signal: watch.signal,
      onProgress: (event) => watch.onEvent({ kind: 'stage', ...event }),
    }),
  );
  const command = commandOf(data, inspection);
  if (html !== undefined) await writeInspectionPage(inspection, html, command);

  terminal.print(renderInspectionText(toInspectionData(inspection, command), terminal.columns));
  if (html !== undefined) terminal.print(`\npage  ${html}`);
  const { proposal, findings } = inspection;
  if (proposal !== undefined) printNext(terminal, [['train on it', command]]);
  for (const reason of proposal?.reasons ?? []) terminal.print(`    ${reason}`);
  terminal.result(toJson(data, inspection, command, html));
  const numBad = findings.filter(({ severity }) => severity !== 'note').length;
  if (strict && numBad > 0)
    throw new PartialFailure(`${data} has ${numBad} findings that are worse than notes`, 3);
}

function commandOf(data: string, { proposal }: Inspection): string {
  const path = /^[\w./~:@%+=,-]+$/.test(data) ? data : `'${data.replaceAll("'", "'\\''")}'`;
  return ['samesame train', path, ...(proposal?.flags ?? [])].join(' ');
}

/** Images by name. */
function toJson(data: string, inspection: Inspection, command: string, html: string | undefined): object {
  const { dataset, summary, verdict, findings, proposal, threshold, seconds } = inspection;
  return {
    data,
    format: dataset.format,
    verdict,
    summary,
    findings: findings.map(({ check, severity, title, advice, groups }) => ({
      check,
      severity,
      title,
      advice,
      groups: groups.map(({ images, caption }) => ({
        images: images.map((index) => dataset.set.id(index)),
        caption: caption ?? null,
      })),
    })),
    proposal: proposal === undefined ? null : { command, config: proposal.config, reasons: proposal.reasons },
    threshold,
    seconds,
    html: html ?? null,
  };
}

function toBits(text: string): number {
  const bits = toNumber(text);
  if (!Number.isInteger(bits) || bits < 0 || bits > 19)
    throw new InvalidArgumentError('Expected a whole number from 0 to 19.');
  return bits;
}
