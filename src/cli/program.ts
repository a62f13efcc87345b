import { Command } from 'commander';
import { VERSION } from '../base/version.ts';
import { addCompare } from './compare.ts';
import { addDemo } from './demo.ts';
import { addEmbed } from './embed.ts';
import { addEvaluate } from './evaluate.ts';
import { addTrain } from './train.ts';

/** The command line: every verb with its options. A wrong one throws instead of ending the process. */
export function createProgram(): Command {
  const program = new Command('samesame')
    .description('Learns from your images what "same" means. Then asks: are these two the same?')
    .version(VERSION, '-V, --version', 'print the version')
    .helpOption('-h, --help', 'print this help')
    .helpCommand(false)
    .exitOverride()
    // Complaints are told where all errors are.
    .configureOutput({ writeErr: () => {} })
    .addHelpText(
      'after',
      `
Examples:
  $ samesame demo                                   learn from MNIST, in minutes
  $ samesame train photos                           a folder with one sub-folder per class
  $ samesame compare runs/photos/model a.jpg b.jpg

Each verb has --help with examples of its own. Exit codes: 0 done, 1 failed, 2 wrong usage or configuration, 3 bad input data.`,
    );
  for (const add of [addDemo, addTrain, addEvaluate, addCompare, addEmbed]) add(program);
  return program;
}
