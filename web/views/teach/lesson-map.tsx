import { useEffect, useLayoutEffect, useMemo, useRef, useState } from 'preact/hooks';
import { boundsOf, fitInto } from '../../../src/report/figures/map-layout.ts';
import type { MapPlace } from '../../../src/web/teach/index.ts';
import { type Atlas, loadAtlas } from '../../plane/atlas.ts';
import { colorOf } from '../../plane/colors.ts';
import { theme } from '../../shell/theme.ts';
import { useStore } from '../../state/store.ts';
import { TEXT } from '../../text.ts';
import type { Group } from './state.ts';

const HEIGHT = 300;
const EDGE = 26;

/** Where the photos lie for the network now: what it takes for the same comes together. */
export function LessonMap({
  groups,
  places,
}: {
  readonly groups: readonly Group[];
  readonly places: readonly MapPlace[];
}) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const shown = useStore(theme);
  const [loads, setLoads] = useState(0);
  const [atlas, setAtlas] = useState<Atlas>();
  const names = useMemo(() => groups.map(({ name }) => name), [groups]);
  // The sample is the same after every epoch.
  const sample = places.map(({ group, image }) => `${group}/${image}`).join(' ');
  useEffect(() => {
    const controller = new AbortController();
    const addresses = places.map(({ group, image }) => groups[group].images[image].url);
    const loaded = loadAtlas(addresses, () => setLoads((count) => count + 1), controller.signal);
    loaded.want(addresses.map((_, i) => i));
    setAtlas(loaded);
    return () => controller.abort();
  }, [sample]);
  useLayoutEffect(() => {
    const element = canvas.current!;
    const density = devicePixelRatio || 1;
    const width = element.clientWidth;
    element.width = Math.round(width * density);
    element.height = Math.round(HEIGHT * density);
    const context = element.getContext('2d')!;
    context.setTransform(density, 0, 0, density, 0, 0);
    context.clearRect(0, 0, width, HEIGHT);
    const points = places.map(({ x, y }) => [x, y] as const);
    const toScreen = fitInto(boundsOf(points), { width, height: HEIGHT, padding: EDGE });
    const side = places.length > 60 ? 22 : 30;
    places.forEach((place, i) => {
      const [x, y] = toScreen(points[i]);
      context.fillStyle = colorOf(names[place.group], names);
      const [w, h] = atlas?.proportions(i)?.map((share) => share * side + 4) ?? [8, 8];
      context.fillRect(x - w / 2, y - h / 2, w, h);
      atlas?.draw(context, i, x, y, side);
    });
  }, [places, loads, shown, atlas, names]);
  return (
    <figure class="lesson-map">
      <canvas ref={canvas} role="img" aria-label={TEXT.teach.mapSaid(places.length)} />
      <figcaption class="quiet legend">
        {names.map((name) => (
          <span key={name}>
            <i style={{ background: colorOf(name, names) }} /> {name}
          </span>
        ))}
      </figcaption>
    </figure>
  );
}
