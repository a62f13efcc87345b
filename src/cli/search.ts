import { dirname, isAbsolute, relative } from 'node:path';
import { type Command, Option } from 'commander';
import { SamesameError } from '../base/errors.ts';
import { checkWritable } from '../base/files.ts';
import { describeBad } from '../jobs/bad-images.ts';
import { copyFound } from '../jobs/searching/copy-found.ts';
import { type AnsweredQuery, type SearchResult, searchImages } from '../jobs/searching/search-images.ts';
import { writeSearchPage } from '../jobs/searching/search-page.ts';
import { loadModel } from '../model/load.ts';
import { formatDistance, formatRate } from '../report/format.ts';
import { fitText, renderTable } from '../report/index.ts';
import { checkSameIdentity, storeIdentity } from '../search/store/identity.ts';
import { openStore } from '../search/store/open.ts';
import type { SearchOptions, VectorStore } from '../search/store/types.ts';
import { addCommonOptions, type CommonOptions, openRuntime, toNumber } from './common.ts';
import {
  addFilterOptions,
  addStoreOption,
  type FilterOptions,
  type StoreOptions,
  toFilter,
} from './store-flags.ts';
import { createTerminal, type Terminal } from './terminal.ts';

interface SearchVerbOptions extends CommonOptions, StoreOptions, FilterOptions {
  readonly model?: string;
  readonly k: number;
  readonly moreLike?: readonly string[];
  readonly lessLike?: readonly string[];
  readonly method: SearchOptions['method'];
  readonly html?: string;
  readonly copyTo?: string;
}

export function addSearch(verb: Command): void {
  verb
    .argument('[queries...]', 'image files, or paths or ids of images in the store; each is answered')
    .optionsGroup('Search:');
  addStoreOption(verb)
    .option(
      '--model <folder>',
      'the model that made the store (default: where it was when the store was made)',
    )
    .option('--k <n>', 'how many images to find', toNumber, 10)
    .option('--more-like <images...>', 'move every query toward these; without a query they are the query')
    .option('--less-like <images...>', 'move every query away from these')
    .addOption(
      new Option('--method <how>', 'exact looks at every image; auto goes by an index in a large store')
        .choices(['auto', 'exact', 'approximate'])
        .default('auto'),
    )
    .option('--html <file>', 'write a page with pictures of what was found')
    .option('--copy-to <folder>', 'copy the images that were found into a new folder');
  addFilterOptions(verb);
  addCommonOptions(verb, 'taken by every verb; nothing is drawn by chance here')
    .addHelpText(
      'after',
      `
Examples:
  $ samesame search query.jpg
  $ samesame search a.jpg b.jpg --k 20 --html found.html
  $ samesame search query.jpg --label shoes hat --under photos/2024
  $ samesame search --more-like a.jpg b.jpg --less-like c.jpg --copy-to found
  $ samesame search query.jpg --where 'year>=2020' --store postgres://me@db/photos

An image that is in the store is not among its own results.

--json: store, k, queries [{ query, method, found [{ id, path, distance, probability, verdict, label, metadata }] }],
recall { recall, k, numQueries, numRows } or null where all answers are exact, bad, badImages, notCopied.`,
    )
    .action(runSearch);
}

async function runSearch(queries: readonly string[], options: SearchVerbOptions): Promise<void> {
  const terminal = createTerminal(options);
  const { html, copyTo, k, method, moreLike, lessLike } = options;
  if (html !== undefined) await checkWritable(dirname(html));
  const store = await openStore(options.store, { onWait: (message) => terminal.note(message) });
  try {
    const model = await loadModel(await modelFolderOf(store, options), { runtime: openRuntime(options) });
    try {
      checkSameIdentity(store.name, store.identity, storeIdentity(model.config));
      const filter = toFilter(options);
      const result = await searchImages({ model, store, queries, moreLike, lessLike, k, filter, method });
      if (html !== undefined) await writeSearchPage(html, store.name, result);
      const notCopied = copyTo === undefined ? [] : await copyFound(copyTo, result.queries);
      for (const { id, reason } of notCopied) terminal.warn(`${id} was not copied: ${reason}`);
      print(terminal, store, result, options);
      terminal.result({ ...toJson(store, k, result), notCopied });
    } finally {
      await model.close();
    }
  } finally {
    await store.close();
  }
}

async function modelFolderOf(store: VectorStore, { model }: SearchVerbOptions): Promise<string> {
  const folder = model ?? (await store.readNotes()).modelFolder;
  if (folder !== undefined) return folder;
  throw new SamesameError('E_USAGE', {
    what: `the store ${store.name} does not say where its model lies`,
    expected: '--model with the folder of the model that made it',
  });
}

function print(
  terminal: Terminal,
  store: VectorStore,
  { queries, bad, recall }: SearchResult,
  { html, copyTo }: SearchVerbOptions,
): void {
  if (bad.length > 0)
    terminal.warn(
      describeBad({ bad, numImages: queries.length + bad.length }, 'the list that --json prints'),
    );
  for (const query of queries) {
    if (queries.length > 1) terminal.print(`\n${query.name}`);
    terminal.print(query.found.length === 0 ? 'nothing in the store fits' : tableOf(query, terminal.columns));
  }
  if (recall !== undefined && queries.some(({ method }) => method === 'approximate')) {
    terminal.print(
      `\napproximate: the index of ${store.name} finds ${formatRate(recall.recall)} of the ${recall.k} nearest; --method exact looks at every image`,
    );
  }
  if (html !== undefined) terminal.print(`\npage  ${html}`);
  if (copyTo !== undefined) terminal.print(`\ncopies  ${copyTo}`);
}

function tableOf({ found }: AnsweredQuery, columns: number): string {
  const isJudged = found[0].comparison !== undefined;
  const hasLabels = found.some(({ record }) => record.label !== null);
  const rows = found.map(({ record, distance, comparison }, i) => [
    String(i + 1),
    formatDistance(distance),
    ...(comparison === undefined ? [] : [formatRate(comparison.probability), comparison.verdict]),
    ...(hasLabels ? [fitText(record.label ?? '', 24)] : []),
    fitPath(record.path.replaceAll('\n', ' '), Math.max(40, columns - 40)),
  ]);
  return renderTable({
    header: [
      '',
      'distance',
      ...(isJudged ? ['P(same)', 'verdict'] : []),
      ...(hasLabels ? ['label'] : []),
      'path',
    ],
    align: [
      'right',
      'right',
      ...(isJudged ? (['right', 'left'] as const) : []),
      ...(hasLabels ? (['left'] as const) : []),
      'left',
    ],
    rows,
  });
}

/** A path from the working folder on, where it is below it; too long, it loses folders and keeps its name. */
function fitPath(path: string, columns: number): string {
  const below = relative('.', path);
  const shown = below.startsWith('..') || isAbsolute(below) ? path : below;
  return shown.length <= columns ? shown : `…${shown.slice(-columns + 1)}`;
}

function toJson(store: VectorStore, k: number, { queries, bad, recall }: SearchResult): object {
  return {
    store: store.name,
    k,
    queries: queries.map(({ name, method, found }) => ({
      query: name,
      method,
      found: found.map(({ record, distance, comparison }) => ({
        id: record.id,
        path: record.path,
        distance,
        probability: comparison?.probability ?? null,
        verdict: comparison?.verdict ?? null,
        label: record.label,
        metadata: record.metadata,
      })),
    })),
    recall: recall ?? null,
    bad: bad.length,
    badImages: bad,
  };
}
