import { escapeHtml, imageSource } from '../escape.ts';
import { formatDistance } from '../format.ts';
import type { RetrievalExample, RetrievedImage } from '../report-data.ts';
import { picture } from './pair-gallery.ts';

/** Queries as rows in HTML: the query, then its nearest, right and wrong marked. */
export function retrievalGrid(examples: readonly RetrievalExample[]): string {
  if (examples.length === 0) return '<p class="nothing">There are none.</p>';
  const rows = examples.map(
    ({ query, neighbours }) =>
      `<li class="search"><div class="query">${picture(query)}</div><ol class="found">${neighbours.map(drawFound).join('')}</ol></li>`,
  );
  return `<ul class="searches">${rows.join('')}</ul>`;
}

function drawFound({ image, label, distance, isRight }: RetrievedImage): string {
  const name = escapeHtml(label);
  const kind = isRight ? 'right' : 'wrong';
  return `<li class="${kind}" title="${name}, distance ${formatDistance(distance)}"><img src="${imageSource(image)}" alt="${name}" decoding="async"><span>${isRight ? '✓' : '✗'} ${formatDistance(distance)}</span></li>`;
}
