import type { Command, Option } from 'commander';
import { SamesameError } from '../base/errors.ts';

/**
 * Asks for the options that verbs cannot do without after everything else on the line was looked at. Commander asks first,
 * so that `--modle x` would be answered by "--model is missing" and not by what was misspelt.
 * @param program with all its commands
 */
export function askForRequiredLast(program: Command): void {
  const required = new Map<Command, readonly Option[]>();
  for (const command of commandsOf(program)) {
    const options = command.options.filter(({ mandatory }) => mandatory);
    for (const option of options) option.mandatory = false;
    required.set(command, options);
  }
  program.hook('preAction', (_program, command) => {
    for (const option of required.get(command) ?? []) {
      const name = option.attributeName();
      if (command.getOptionValue(name) === undefined) throw missing(option, name);
    }
  });
}

function commandsOf(command: Command): Command[] {
  return [command, ...command.commands.flatMap(commandsOf)];
}

function missing({ flags, description, long }: Option, name: string): SamesameError {
  return new SamesameError('E_USAGE', {
    what: `${long ?? flags} is missing`,
    expected: `${flags}: ${description}`,
    details: { option: name },
  });
}
