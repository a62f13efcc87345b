import { colorOf } from '../../plane/colors.ts';
import type { PictureMap } from '../../source/types.ts';
import { TEXT } from '../../text.ts';

export interface LegendProps {
  readonly map: PictureMap;
  readonly labels: readonly string[];
  /** Labels that are not shown; null stands for images without one. */
  readonly hidden: ReadonlySet<string | null>;
  readonly onHidden: (hidden: ReadonlySet<string | null>) => void;
}

/** What the colours mean, and which are shown. */
export function Legend({ map, labels, hidden, onHidden }: LegendProps) {
  const counts = new Map<string | null, number>();
  for (const { label } of map.pictures) counts.set(label, (counts.get(label) ?? 0) + 1);
  const entries: (string | null)[] = [...labels, ...(counts.has(null) ? [null] : [])];
  if (entries.length < 2) return null;
  const toggle = (label: string | null) => {
    const next = new Set(hidden);
    if (!next.delete(label)) next.add(label);
    onHidden(next);
  };
  return (
    <fieldset class="map-legend">
      <legend>{TEXT.map.labels}</legend>
      {entries.map((label) => (
        <label key={label} class="check">
          <input type="checkbox" checked={!hidden.has(label)} onChange={() => toggle(label)} />
          <i style={{ background: colorOf(label, labels) }} />
          <span>{label ?? TEXT.map.noLabel}</span>
          <small>{counts.get(label)!.toLocaleString('en')}</small>
        </label>
      ))}
    </fieldset>
  );
}
