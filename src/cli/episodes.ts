import { type Command, Option } from 'commander';
import { SamesameError } from '../base/errors.ts';
import {
  EPISODE_KINDS,
  type EpisodeKind,
  type EpisodesMeasurement,
  evaluateEpisodes,
} from '../jobs/episodes.ts';
import { formatCount, formatRange, formatRate } from '../report/format.ts';
import { renderTable } from '../report/terminal/table.ts';
import { type CommonOptions, openRuntime, toCount } from './common.ts';
import { withInterrupt } from './interrupt.ts';
import { createProgress } from './progress.ts';
import { createTerminal } from './terminal.ts';

/** The flags of `evaluate` that episodes read. */
export interface EpisodeFlags extends CommonOptions {
  readonly episodes?: EpisodeKind;
  readonly ways?: number;
  readonly shots?: number;
  readonly queries?: number;
  readonly numEpisodes?: number;
  readonly rotations?: boolean;
  readonly shifts?: number;
  readonly split?: 'test' | 'all';
  readonly memory?: number;
}

const DRAWN = ['ways', 'shots', 'queries', 'numEpisodes', 'rotations', 'split', 'seed'] as const;
const ONLY_WITH_EPISODES = ['ways', 'shots', 'queries', 'numEpisodes', 'rotations', 'shifts'] as const;
const WITHOUT_EPISODES = ['pairs', 'out', 'full', 'prior', 'against'] as const;

/** Adds the flags of few-shot episodes to a verb. */
export function addEpisodeOptions(verb: Command): Command {
  return verb
    .optionsGroup('Few-shot episodes:')
    .addOption(
      new Option(
        '--episodes [kind]',
        'name images after the nearest of a few new classes: random ones, those within an alphabet, or the official runs of Omniglot',
      )
        .choices(EPISODE_KINDS)
        .preset('random'),
    )
    .option('--ways <n>', 'classes an episode (default: 20)', toCount)
    .option('--shots <n>', 'images of each class to learn from (default: 1)', toCount)
    .option('--queries <n>', 'images of each class to name (default: 5)', toCount)
    .option('--num-episodes <n>', 'episodes to draw (default: 1000)', toCount)
    .option('--rotations', 'quarter turns of a class are classes of their own, as in Vinyals’ protocol')
    .option('--shifts <n>', 'mean embedding over views moved by up to ± n pixels (default: none)', toCount);
}

/** @throws E_USAGE for flags that would have no effect */
export function checkEpisodeFlags(
  flags: EpisodeFlags & {
    readonly pairs?: number;
    readonly out?: string;
    readonly full?: boolean;
    readonly prior?: number;
    readonly against?: string;
  },
): void {
  const idle =
    flags.episodes === undefined
      ? ONLY_WITH_EPISODES.filter((flag) => flags[flag] !== undefined)
      : [
          ...WITHOUT_EPISODES.filter((flag) => flags[flag] !== undefined),
          ...(flags.episodes === 'official' ? DRAWN.filter((flag) => flags[flag] !== undefined) : []),
        ];
  if (idle.length === 0) return;
  const names = idle.map((flag) => `--${flag.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`);
  throw new SamesameError('E_USAGE', {
    what: `${names.join(', ')} ${names.length === 1 ? 'has' : 'have'} no effect here`,
    expected:
      flags.episodes === undefined ? 'together with --episodes' : `without --episodes ${flags.episodes}`,
    help:
      flags.episodes === 'official'
        ? 'the official runs are as they are: 20 ways, 1 shot, one query of each class'
        : 'see samesame evaluate --help',
  });
}

/** Measures, prints a table, gives the result for programs. */
export async function runEpisodes(model: string, data: string, flags: EpisodeFlags): Promise<void> {
  const terminal = createTerminal(flags);
  const progress = createProgress(process.stderr, { quiet: terminal.quiet });
  const measured = await withInterrupt(
    { advice: () => 'nothing was written', onInterrupt: progress.stop },
    (signal) =>
      evaluateEpisodes({
        model,
        data,
        kind: flags.episodes,
        ways: flags.ways,
        shots: flags.shots,
        queriesPerClass: flags.queries,
        numEpisodes: flags.numEpisodes,
        rotateClasses: flags.rotations,
        shifts: flags.shifts,
        split: flags.split,
        seed: flags.seed,
        memoryBytes: flags.memory,
        signal,
        runtime: openRuntime(flags),
        onEvent: progress.onEvent,
      }),
  ).finally(progress.stop);
  for (const warning of measured.warnings) terminal.warn(warning);
  const { kind, part, ways, shots, numEpisodes, numQueries, accuracy, rawPixels, chance } = measured;
  terminal.print(`\n${data}: ${describe(measured)}, ${formatCount(numQueries)} queries\n`);
  terminal.print(
    renderTable({
      header: [`${ways}-way ${shots}-shot`, 'accuracy', '95 % interval'],
      rows: [
        ['this model', formatRate(accuracy.value), formatRange(accuracy)],
        ['raw pixels', formatRate(rawPixels.value), formatRange(rawPixels)],
        ['chance', formatRate(chance), ''],
      ],
    }),
  );
  const { shifts = 0, rotations = false } = flags;
  terminal.result({
    model,
    data,
    episodes: {
      kind,
      part,
      ways,
      shots,
      numEpisodes,
      numQueries,
      rotations,
      shifts,
      accuracy,
      rawPixels,
      chance,
    },
    warnings: measured.warnings,
  });
}

function describe({ kind, numEpisodes }: EpisodesMeasurement): string {
  if (kind === 'official') return `the ${numEpisodes} official runs within an alphabet`;
  return `${formatCount(numEpisodes)} episodes${kind === 'within-alphabet' ? ', each within an alphabet' : ''}`;
}
