// A dot a loss with the range of its seeds, best first, as SVG that reads on white and on black.
import { byMapAtR } from './tables.mjs';

const ROW = 17;
const LEFT = 230;
const PLOT = 400;
const RIGHT = 70;
const TOP = 58;
const BOTTOM = 34;
/** Told apart with every common colour blindness (Okabe & Ito 2008). */
const COLORS = {
  batch: ['#0969b0', 'batches'],
  class: ['#c24e00', 'batches, a direction a class'],
  pairs: ['#007f68', 'explicit pairs'],
  head: ['#9a4f86', 'pairs with a head'],
  baseline: ['#6a675f', 'not trained'],
};

/** @param {import('./tables.mjs').Summary[]} summaries @param {string} title */
export function dotPlot(summaries, title) {
  const sorted = byMapAtR(summaries);
  const top = Math.ceil(Math.max(0.1, ...sorted.map(({ mapAtR }) => mapAtR.max)) * 10 + 0.2) / 10;
  const x = (/** @type {number} */ value) => (LEFT + (value / top) * PLOT).toFixed(1);
  const height = TOP + sorted.length * ROW + BOTTOM;
  const width = LEFT + PLOT + RIGHT;
  const bottom = TOP + sorted.length * ROW;
  const lines = [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" font-family="system-ui, sans-serif" font-size="12">`,
    `<title>${title}</title>`,
    `<rect width="${width}" height="${height}" fill="#fff"/>`,
    `<text x="12" y="20" font-size="14" font-weight="600" fill="#1d1c1a">${title}</text>`,
  ];
  let at = 12;
  for (const [color, name] of Object.values(COLORS)) {
    lines.push(`<circle cx="${at + 5}" cy="37" r="4.5" fill="${color}"/>`);
    lines.push(`<text x="${at + 14}" y="41" fill="#1d1c1a">${name}</text>`);
    at += 30 + name.length * 6.4;
  }
  for (let tick = 0; tick <= top + 1e-9; tick += 0.1) {
    lines.push(`<line x1="${x(tick)}" x2="${x(tick)}" y1="${TOP - 6}" y2="${bottom}" stroke="#e3dfd6"/>`);
    lines.push(
      `<text x="${x(tick)}" y="${bottom + 18}" text-anchor="middle" fill="#6a675f">${tick.toFixed(1)}</text>`,
    );
  }
  for (const [i, { row, mapAtR }] of sorted.entries()) {
    const y = TOP + i * ROW + ROW / 2;
    const [color] = COLORS[row.kind];
    lines.push(`<text x="${LEFT - 10}" y="${y + 4}" text-anchor="end" fill="#1d1c1a">${row.name}</text>`);
    lines.push(
      `<line x1="${x(mapAtR.min)}" x2="${x(mapAtR.max)}" y1="${y}" y2="${y}" stroke="${color}" stroke-width="3" stroke-linecap="round" opacity=".45"/>`,
    );
    lines.push(`<circle cx="${x(mapAtR.mean)}" cy="${y}" r="4.5" fill="${color}"/>`);
    lines.push(
      `<text x="${LEFT + PLOT + 14}" y="${y + 4}" fill="#6a675f">${mapAtR.mean.toFixed(3).replace(/^0/, '')}</text>`,
    );
  }
  return `${lines.join('\n')}\n</svg>\n`;
}
