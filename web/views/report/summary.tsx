import { TEXT } from '../../text.ts';
import type { Epoch } from './epochs.ts';

/** The numbers that a person looks for first. */
export function Summary({ epochs }: { readonly epochs: readonly Epoch[] }) {
  const last = epochs.at(-1)!;
  // A later epoch that is best takes the place of an earlier one.
  const best = epochs.findLast(({ isBest }) => isBest);
  const tiles: readonly (readonly [name: string, value: string | undefined, note?: string])[] = [
    [TEXT.report.epochs, String(last.epoch)],
    [TEXT.report.loss, last.loss?.toPrecision(3)],
    [
      TEXT.report.accuracy,
      best?.accuracy == null ? undefined : TEXT.percent(best.accuracy),
      best && TEXT.report.best(best.epoch),
    ],
    [TEXT.report.auc, best?.auc?.toFixed(3), best && TEXT.report.best(best.epoch)],
    [
      TEXT.report.rate,
      last.imagesPerSecond === null ? undefined : Math.round(last.imagesPerSecond).toLocaleString('en'),
    ],
  ];
  return (
    <dl class="tiles" aria-live="polite">
      {tiles.map(([name, value, note]) =>
        value === undefined ? null : (
          <div key={name}>
            <dt>{name}</dt>
            <dd>
              {value}
              {note && <small>{note}</small>}
            </dd>
          </div>
        ),
      )}
    </dl>
  );
}
