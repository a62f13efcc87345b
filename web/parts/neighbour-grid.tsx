import type { Neighbour } from '../source/types.ts';
import { TEXT } from '../text.ts';
import { Thumbnail } from './thumbnail.tsx';

export interface NeighbourGridProps {
  readonly neighbours: readonly Neighbour[];
  readonly onOpen: (neighbour: Neighbour) => void;
  readonly isSmall?: boolean;
}

/** Found images, the nearest first. */
export function NeighbourGrid({ neighbours, onOpen, isSmall = false }: NeighbourGridProps) {
  return (
    <ol class={`neighbours${isSmall ? ' is-small' : ''}`}>
      {neighbours.map((neighbour) => {
        const { id, name, label, thumbnail, distance, probability, verdict } = neighbour;
        return (
          <li key={id}>
            <button type="button" onClick={() => onOpen(neighbour)}>
              <Thumbnail address={thumbnail} />
              <span class="neighbour-name">{name}</span>
              <span class="neighbour-facts">
                <span class={`verdict is-${verdict}`}>{TEXT.compare.verdict[verdict]}</span>
                <span title={`${TEXT.compare.distance} ${TEXT.distance(distance)}`}>
                  {TEXT.percent(probability)}
                </span>
                {label !== null && !isSmall && <span class="neighbour-label">{label}</span>}
              </span>
            </button>
          </li>
        );
      })}
    </ol>
  );
}
