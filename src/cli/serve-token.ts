import { type Command, Option } from 'commander';
import { formatCount } from '../report/format.ts';
import { renderTable } from '../report/index.ts';
import { addToken, readTokenFile, revokeToken, SCOPES, type Scope, stateOf } from '../serve/index.ts';
import { addBasicOptions, type CommonOptions, toCount } from './common.ts';
import { createTerminal } from './terminal.ts';

interface TokenOptions extends CommonOptions {
  readonly tokens: string;
}

interface AddTokenOptions extends TokenOptions {
  readonly id: string;
  readonly scope: readonly Scope[];
  readonly days?: number;
}

interface RevokeTokenOptions extends TokenOptions {
  readonly id: string;
}

const TOKENS_OPTION = ['--tokens <file>', 'file of tokens', 'tokens.json'] as const;
const SEED = 'taken by every verb; a token never comes from a seed';

export function addServeToken(verb: Command): void {
  verb.addHelpText(
    'after',
    `
A running service reads the file again when it changes: tokens are added and revoked without a restart.

Examples:
  $ samesame serve token add --tokens tokens.json --id shop --days 90
  $ samesame serve token list --tokens tokens.json
  $ samesame serve token revoke --tokens tokens.json --id shop`,
  );
  addAdd(verb.command('add').description('Make a token. It is printed once; the file keeps its hash.'));
  addList(verb.command('list').description('List the tokens of a file, without the tokens.'));
  addRevoke(verb.command('revoke').description('Take a token back.'));
}

function addAdd(verb: Command): void {
  verb
    .optionsGroup('Token:')
    .option(...TOKENS_OPTION)
    .requiredOption('--id <name>', 'what it is called in logs: who it is for')
    .addOption(
      new Option('--scope <scope...>', 'read: ask; write: change what is stored')
        .choices(SCOPES)
        .default(['read']),
    )
    .addOption(new Option('--days <n>', 'days until it expires (default: never)').argParser(toCount));
  addBasicOptions(verb, SEED)
    .addHelpText(
      'after',
      `
Examples:
  $ samesame serve token add --id shop
  $ samesame serve token add --id import --scope read write --days 7 --tokens tokens.json`,
    )
    .action((_options: AddTokenOptions, command: Command) => runAdd(command.optsWithGlobals()));
}

function addList(verb: Command): void {
  verb.optionsGroup('Token:').option(...TOKENS_OPTION);
  addBasicOptions(verb, SEED)
    .addHelpText(
      'after',
      `
Example:
  $ samesame serve token list --tokens tokens.json`,
    )
    .action((_options: TokenOptions, command: Command) => runList(command.optsWithGlobals()));
}

function addRevoke(verb: Command): void {
  verb
    .optionsGroup('Token:')
    .option(...TOKENS_OPTION)
    .requiredOption('--id <name>', 'the one to take back');
  addBasicOptions(verb, SEED)
    .addHelpText(
      'after',
      `
Example:
  $ samesame serve token revoke --tokens tokens.json --id shop`,
    )
    .action((_options: RevokeTokenOptions, command: Command) => runRevoke(command.optsWithGlobals()));
}

async function runAdd(options: AddTokenOptions): Promise<void> {
  const terminal = createTerminal(options);
  const { tokens, id, scope, days } = options;
  const { token, entry } = await addToken(tokens, { id, scopes: [...new Set(scope)], days });
  const { scopes, expiresAt } = entry;
  terminal.note(`${id} in ${tokens}; keep this, it cannot be shown again:`);
  terminal.print(token);
  terminal.result({ tokens, id, token, scopes, expiresAt });
}

async function runList(options: TokenOptions): Promise<void> {
  const terminal = createTerminal(options);
  const now = new Date();
  const entries = await readTokenFile(options.tokens);
  const listed = entries.map((entry) => ({ ...entry, state: stateOf(entry, now) }));
  if (listed.length > 0) {
    terminal.print(
      renderTable({
        header: ['id', 'state', 'scopes', 'expires'],
        rows: listed.map(({ id, state, scopes, expiresAt }) => [
          id,
          state,
          scopes.join(', '),
          expiresAt ?? 'never',
        ]),
        align: ['left', 'left', 'left', 'left'],
      }),
    );
  }
  terminal.print(`${formatCount(listed.length)} in ${options.tokens}`);
  terminal.result({
    tokens: options.tokens,
    entries: listed.map(({ sha256: _hash, ...entry }) => entry),
  });
}

async function runRevoke(options: RevokeTokenOptions): Promise<void> {
  const terminal = createTerminal(options);
  const { id, revokedAt } = await revokeToken(options.tokens, options.id);
  terminal.print(`${id} is revoked; a running service knows within a second`);
  terminal.result({ tokens: options.tokens, id, revokedAt });
}
