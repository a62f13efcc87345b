import type { MistakenPair } from '../../../src/web/teach/index.ts';
import { TEXT } from '../../text.ts';
import type { Group } from './state.ts';

/** Pairs that it is most wrong about now. */
export function Mistakes({
  groups,
  pairs,
}: {
  readonly groups: readonly Group[];
  readonly pairs: readonly MistakenPair[];
}) {
  if (pairs.length === 0) return <p class="quiet">{TEXT.teach.noMistakes}</p>;
  return (
    <ul class="mistakes">
      {pairs.slice(0, 6).map(({ left, right, similar, distance }) => {
        const sides = [left, right].map((place) => ({
          group: groups[place.group],
          image: groups[place.group].images[place.image],
        }));
        return (
          <li key={`${left.group}/${left.image}/${right.group}/${right.image}`}>
            <span class="mistake-images">
              {sides.map(({ image, group }) => (
                <img key={image.url} src={image.url} alt={group.name} />
              ))}
            </span>
            <span class="quiet">
              {similar
                ? TEXT.teach.tooFar(sides[0].group.name)
                : TEXT.teach.tooNear(sides[0].group.name, sides[1].group.name)}
              {' · '}
              {TEXT.distance(distance)}
            </span>
          </li>
        );
      })}
    </ul>
  );
}
