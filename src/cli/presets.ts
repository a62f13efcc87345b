import type { Command } from 'commander';
import { listPresets, type Preset, readPreset } from '../jobs/presets.ts';
import { formatRate } from '../report/format.ts';
import { fitText, renderTable } from '../report/index.ts';
import { addCommonOptions, type CommonOptions } from './common.ts';
import { createTerminal } from './terminal.ts';

export function addPresets(verb: Command): void {
  verb.argument('[name]', 'print this one whole, as JSON that --config takes');
  addCommonOptions(verb, 'taken by every verb; nothing is drawn by chance here')
    .addHelpText(
      'after',
      `
Examples:
  $ samesame presets
  $ samesame presets protocol-b > mine.json     then change it, and: samesame train mnist --config mine.json
  $ samesame train --preset protocol-b`,
    )
    .action(runPresets);
}

async function runPresets(name: string | undefined, options: CommonOptions): Promise<void> {
  const terminal = createTerminal(options);
  if (name !== undefined) {
    const preset = await readPreset(name);
    terminal.print(JSON.stringify(preset.config, null, 2));
    terminal.result(preset);
    return;
  }
  const presets = await listPresets();
  const names = presets.map((preset) => preset.name);
  // Wider than a terminal where nobody watches: a log is read by scrolling.
  const columns = terminal.isWatched ? terminal.columns : 140;
  const room = Math.max(30, columns - Math.max(...names.map((each) => each.length)) - 34);
  terminal.print(
    renderTable({
      header: ['preset', 'data', 'published', 'what it trains'],
      align: ['left', 'left', 'right', 'left'],
      rows: presets.map((preset) => [
        preset.name,
        preset.data ?? 'your own',
        publishedOf(preset),
        fitText(preset.about, room),
      ]),
    }),
  );
  terminal.print('\nTrain one: samesame train --preset NAME [DATA]. Its settings: samesame presets NAME.');
  terminal.result({ presets });
}

function publishedOf({ published }: Preset): string {
  const [first] = Object.values(published);
  return formatRate(first ?? null);
}
