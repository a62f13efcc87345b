import { escapeHtml } from './escape.ts';
import { STYLES } from './styles.ts';

export interface Page {
  readonly title: string;
  /** CSS that the page has beside the report's own. */
  readonly styles?: string;
  /** HTML; empty ones are left out. */
  readonly sections: readonly string[];
  /** HTML. */
  readonly footer: string;
  /** What programs may read, as JSON in `#report-data`. */
  readonly data: object;
}

/** One HTML page that needs no network, no script and no other file; light and dark, phone, desk and paper. */
export function renderPage({ title, styles = '', sections, footer, data }: Page): string {
  return (
    '<!doctype html>\n<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">' +
    `<meta http-equiv="Content-Security-Policy" content="default-src 'none'; img-src data:; style-src 'unsafe-inline'">` +
    `<title>${escapeHtml(title)}</title><link rel="icon" href="data:,"><style>${STYLES}${styles}</style></head><body><main>\n${sections.filter(Boolean).join('\n')}\n` +
    `<footer>${footer}</footer>` +
    `</main><script type="application/json" id="report-data">${embeddedJson(data)}</script></body></html>\n`
  );
}

/** @param lead HTML of the sentence that says how to read it; empty for none */
export function section(title: string, lead: string, content: string): string {
  return `<section><h2>${title}</h2>${lead === '' ? '' : `<p class="lead">${lead}</p>`}${content}</section>`;
}

/** A figure: HTML or SVG, its name, and a sentence that says how to read it. */
export type NamedFigure = readonly [drawing: string, name: string, reading: string];

/** Figures side by side where there is room. */
export function figureGrid(items: readonly NamedFigure[]): string {
  const each = items.map(
    ([drawing, name, reading]) =>
      `<figure>${drawing}<figcaption><b>${name}</b>${reading}</figcaption></figure>`,
  );
  return `<div class="figures">${each.join('')}</div>`;
}

/** A headline number. */
export function tile(name: string, value: string, note: string): string {
  return `<li><span class="name">${name}</span><span class="value">${value}</span><span class="note">${note}</span></li>`;
}

/** Names and values, escaped. */
export function factTable(facts: readonly (readonly [string, string])[]): string {
  if (facts.length === 0) return '<p class="nothing">None was kept.</p>';
  const rows = facts.map(
    ([name, value]) => `<tr><th scope="row">${escapeHtml(name)}</th><td>${escapeHtml(value)}</td></tr>`,
  );
  return `<table><tbody>${rows.join('')}</tbody></table>`;
}

/** JSON that cannot end its script element. */
function embeddedJson(data: object): string {
  return JSON.stringify(data).replaceAll('<', '\\u003c');
}
