import type { Comparison } from '../../../src/web/index.ts';
import { TEXT } from '../../text.ts';

const WIDTH = 420;
const HEIGHT = 92;
const EDGE = 12;
const LINE = 46;

/** The distance on a line whose middle is the limit: left of it counts as the same. */
export function Ruler({
  distance,
  threshold,
  verdict,
}: Pick<Comparison, 'distance' | 'threshold' | 'verdict'>) {
  // The limit stands in the middle; what is farther than twice as far stays at the end.
  const end = Math.max(2 * Math.abs(threshold), 1e-6);
  const place = (value: number) => EDGE + Math.min(Math.max(value / end, 0), 1) * (WIDTH - 2 * EDGE);
  const limit = place(threshold);
  const at = place(distance);
  const anchor = at < 60 ? 'start' : at > WIDTH - 60 ? 'end' : 'middle';
  return (
    <svg
      class={`ruler is-${verdict}`}
      viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
      role="img"
      aria-label={TEXT.compare.ruler(TEXT.distance(distance), TEXT.distance(threshold))}
    >
      <path class="ruler-same" d={`M${EDGE} ${LINE}H${limit}`} />
      <path class="ruler-different" d={`M${limit} ${LINE}H${WIDTH - EDGE}`} />
      <path class="ruler-limit" d={`M${limit} ${LINE - 13}v26`} />
      <circle class="ruler-dot" cx={at} cy={LINE} r="9" />
      <text class="ruler-value" x={at} y={LINE - 22} text-anchor={anchor}>
        {TEXT.distance(distance)}
      </text>
      <text x={EDGE} y={HEIGHT - 12}>
        {TEXT.compare.closer}
      </text>
      <text x={limit} y={HEIGHT - 12} text-anchor="middle">
        {TEXT.compare.limit} {TEXT.distance(threshold)}
      </text>
      <text x={WIDTH - EDGE} y={HEIGHT - 12} text-anchor="end">
        {TEXT.compare.farther}
      </text>
    </svg>
  );
}
