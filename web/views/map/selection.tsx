import { useEffect, useState } from 'preact/hooks';
import { type Problem, toProblem } from '../../engine/protocol.ts';
import { NeighbourGrid } from '../../parts/neighbour-grid.tsx';
import { Notice } from '../../parts/notice.tsx';
import { searchFor } from '../../parts/search-for.ts';
import { Thumbnail } from '../../parts/thumbnail.tsx';
import type { Collection, Neighbour, PictureMap } from '../../source/types.ts';
import { TEXT } from '../../text.ts';

export interface SelectionProps {
  readonly map: PictureMap;
  readonly collection: Collection;
  /** Image in focus, or −1. */
  readonly focus: number;
  readonly onFocus: (index: number) => void;
  readonly selected: ReadonlySet<number>;
  readonly onSelected: (selected: ReadonlySet<number>) => void;
}

const MAX_SHOWN = 48;

/** The image in focus with its neighbours, or what the lasso holds. */
export function Selection({ map, collection, focus, onFocus, selected, onSelected }: SelectionProps) {
  const picture = map.pictures[focus];
  const [neighbours, setNeighbours] = useState<readonly Neighbour[]>([]);
  const [problem, setProblem] = useState<Problem>();
  useEffect(() => {
    setNeighbours([]);
    setProblem(undefined);
    if (picture === undefined) return;
    const controller = new AbortController();
    collection
      .neighboursOf(picture, { k: 8, labels: [], signal: controller.signal })
      .then(setNeighbours)
      .catch((error) => controller.signal.aborted || setProblem(toProblem(error)));
    return () => controller.abort();
  }, [picture, collection]);
  const open = (id: string) => onFocus(map.pictures.findIndex((other) => other.id === id));

  if (picture !== undefined)
    return (
      <section class="map-card" aria-label={TEXT.map.selected}>
        <Thumbnail address={picture.thumbnail} />
        <p class="map-card-name">
          <b>{picture.name}</b>
          {picture.label !== null && <span class="label-chip">{picture.label}</span>}
        </p>
        <p class="buttons">
          <button type="button" class="quiet-button" onClick={() => searchFor(picture)}>
            {TEXT.search.likeThis}
          </button>
          <button type="button" class="quiet-button" onClick={() => onFocus(-1)}>
            {TEXT.map.letGo}
          </button>
        </p>
        {problem && <Notice problem={problem} />}
        {neighbours.length > 0 && (
          <>
            <h2>{TEXT.map.neighbours}</h2>
            <NeighbourGrid isSmall neighbours={neighbours} onOpen={({ id }) => open(id)} />
          </>
        )}
      </section>
    );
  if (selected.size === 0) return <p class="map-hint quiet">{TEXT.map.hint}</p>;
  const inside = [...selected].map((index) => map.pictures[index]);
  return (
    <section class="map-card" aria-label={TEXT.map.selected}>
      <p class="map-card-name">
        <b>{TEXT.map.inLasso(inside.length)}</b>
        <button type="button" class="quiet-button" onClick={() => onSelected(new Set())}>
          {TEXT.map.letGo}
        </button>
      </p>
      <ul class="map-inside">
        {inside.slice(0, MAX_SHOWN).map(({ id, name, thumbnail }) => (
          <li key={id}>
            <button type="button" title={name} aria-label={name} onClick={() => open(id)}>
              <Thumbnail address={thumbnail} />
            </button>
          </li>
        ))}
      </ul>
      {inside.length > MAX_SHOWN && <p class="quiet">{TEXT.map.andMore(inside.length - MAX_SHOWN)}</p>}
    </section>
  );
}
