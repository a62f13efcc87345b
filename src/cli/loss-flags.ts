import { type Command, InvalidArgumentError } from 'commander';
import { toNumber } from './common.ts';

/** Options of the loss, as commander has them. */
export interface LossFlags {
  readonly margin?: number;
  readonly mining?: string;
  readonly lossOptions?: Readonly<Record<string, unknown>>;
}

/** The two options that most losses have, and all of them as JSON. */
export function addLossFlags(verb: Command): Command {
  return verb
    .option('--margin <number>', 'of the loss, where it has one', toNumber)
    .option('--mining <name>', 'triplets or pairs that count, where the loss asks (docs/losses.md)')
    .option('--loss-options <json>', 'all options of the loss: \'{"temperature": 0.2}\'', toOptions);
}

/** Only what was given; a flag of its own goes before the JSON. */
export function readLossFlags({ lossOptions, margin, mining }: LossFlags): Record<string, unknown> {
  const own = Object.entries({ margin, mining }).filter(([, value]) => value !== undefined);
  return { ...lossOptions, ...Object.fromEntries(own) };
}

function toOptions(text: string): Readonly<Record<string, unknown>> {
  try {
    const options: unknown = JSON.parse(text);
    if (typeof options === 'object' && options !== null && !Array.isArray(options))
      return options as Readonly<Record<string, unknown>>;
  } catch {
    // Said below, as for JSON that is no object.
  }
  throw new InvalidArgumentError('Expected a JSON object, such as \'{"temperature": 0.2}\'.');
}
