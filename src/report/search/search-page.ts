import { escapeHtml, imageSource } from '../escape.ts';
import { formatDistance, formatPercent } from '../format.ts';
import { renderPage } from '../page.ts';

/** What a page of search results shows. */
export interface SearchPageData {
  /** Address of the store, without a password. */
  readonly store: string;
  readonly queries: readonly ShownQuery[];
  /** Of the index, where answers are approximate. */
  readonly recall?: { readonly recall: number; readonly k: number; readonly numQueries: number };
}

export interface ShownQuery {
  readonly name: string;
  readonly method: 'exact' | 'approximate';
  /** A data URI; undefined where there is none to show. */
  readonly picture?: string;
  readonly found: readonly ShownResult[];
}

export interface ShownResult {
  readonly id: string;
  readonly path: string;
  readonly label: string | null;
  readonly distance: number;
  readonly probability?: number;
  readonly verdict?: 'same' | 'different' | 'unsure';
  readonly picture?: string;
}

const STYLES = `
.query-row { border-top: 1px solid var(--rule); padding: 20px 0 8px; }
.query-row h2 { margin: 0 0 12px; font-size: 1.05rem; overflow-wrap: anywhere; }
.query-row .asked { display: flex; gap: 16px; align-items: flex-start; margin-bottom: 14px; }
.results { list-style: none; margin: 0; padding: 0; display: grid; grid-template-columns: repeat(auto-fill, minmax(132px, 1fr)); gap: 14px; }
.results li, .asked figure { margin: 0; min-width: 0; break-inside: avoid; }
.results img, .results .absent, .asked img, .asked .absent { display: block; width: 100%; aspect-ratio: 1; object-fit: contain; background: var(--rule); border-radius: 6px; }
.asked figure { width: 160px; }
.results .absent, .asked .absent { display: grid; place-items: center; background: none; border: 1px dashed var(--muted); color: var(--muted); font-size: .78rem; box-sizing: border-box; }
.results p { margin: 4px 0 0; font-size: .78rem; line-height: 1.4; overflow-wrap: anywhere; }
.results .path { color: var(--muted); }
.results .same { color: var(--similar); font-weight: 620; }
`;

/** What was found, query by query, as one page with pictures. */
export function renderSearchPage(data: SearchPageData): string {
  const numFound = data.queries.reduce((sum, { found }) => sum + found.length, 0);
  return renderPage({
    title: 'What was found',
    styles: STYLES,
    sections: [
      `<header><h1>What was found</h1><p>${numFound} images of ${escapeHtml(data.store)}, the nearest first.</p></header>`,
      ...data.queries.map(queryRow),
    ],
    footer: footerOf(data),
    data: { ...data, queries: data.queries.map(withoutPictures) },
  });
}

function queryRow({ name, method, picture, found }: ShownQuery): string {
  const list =
    found.length === 0
      ? '<p class="nothing">Nothing in the store fits.</p>'
      : `<ol class="results">${found.map(resultItem).join('')}</ol>`;
  return (
    `<section class="query-row"><h2>${escapeHtml(name)}</h2>` +
    `<div class="asked"><figure>${drawing(picture, name)}</figure><p class="lead">${
      method === 'exact' ? 'Exact: nothing in the store is nearer.' : 'Approximate: found by an index.'
    }</p></div>${list}</section>`
  );
}

function resultItem({ path, label, distance, probability, verdict, picture }: ShownResult): string {
  const facts = [
    `distance ${formatDistance(distance)}`,
    ...(probability === undefined ? [] : [`P(same) ${formatPercent(probability)}`]),
  ];
  const said = verdict === undefined ? '' : `<p class="${verdict}">${verdict}</p>`;
  const named = label === null ? '' : `<p>${escapeHtml(label)}</p>`;
  return `<li>${drawing(picture, path)}${said}<p>${facts.join('<br>')}</p>${named}<p class="path">${escapeHtml(path)}</p></li>`;
}

function drawing(picture: string | undefined, name: string): string {
  return picture === undefined
    ? '<div class="absent">no picture</div>'
    : `<img src="${imageSource(picture)}" alt="${escapeHtml(name)}" loading="lazy" decoding="async">`;
}

function footerOf({ recall, queries }: SearchPageData): string {
  if (recall === undefined || queries.every(({ method }) => method === 'exact'))
    return 'Distances are the model’s own.';
  return `Distances are the model’s own. The index finds ${formatPercent(recall.recall)} of the ${recall.k} nearest, measured by ${recall.numQueries} searches in this store.`;
}

function withoutPictures({ picture: _, found, ...query }: ShownQuery): object {
  return { ...query, found: found.map(({ picture: __, ...result }) => result) };
}
