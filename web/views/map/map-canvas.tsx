import { useEffect, useLayoutEffect, useMemo, useRef, useState } from 'preact/hooks';
import { boundsOf, fitInto } from '../../../src/report/figures/map-layout.ts';
import { createCamera } from '../../../src/report/map-page/camera.ts';
import { createControls } from '../../../src/report/map-page/controls.ts';
import { type Atlas, loadAtlas } from '../../plane/atlas.ts';
import { colorOf } from '../../plane/colors.ts';
import { Icon } from '../../shell/icons.tsx';
import { theme } from '../../shell/theme.ts';
import type { Collection, PictureMap } from '../../source/types.ts';
import { useStore } from '../../state/store.ts';
import { TEXT } from '../../text.ts';
import { findWithin, lengthenLasso } from './lasso.ts';
import { createPainter, type Painter, type Scene } from './painter.ts';

export interface MapCanvasProps {
  readonly map: PictureMap;
  readonly labels: readonly string[];
  readonly hidden: ReadonlySet<string | null>;
  readonly focus: number;
  readonly onFocus: (index: number) => void;
  readonly selected: ReadonlySet<number>;
  readonly onSelected: (selected: ReadonlySet<number>) => void;
  readonly collection: Collection;
}

/** Pixels around the map, so that an image at its edge is whole. */
const PADDING = 44;

type Corner = readonly [number, number];

/** The map: zoomed by wheel, fingers and keys; a lasso marks several images. */
export function MapCanvas(props: MapCanvasProps) {
  const { map, labels, hidden, focus, selected } = props;
  const canvas = useRef<HTMLCanvasElement>(null);
  const tools = useRef<HTMLDivElement>(null);
  const [isLasso, setLasso] = useState(false);
  const [hasPictures, setPictures] = useState(true);
  const [hovered, setHovered] = useState(-1);
  // Events come faster than the component is drawn anew, so they see the corners themselves.
  const corners = useRef<readonly Corner[]>([]);
  const shownTheme = useStore(theme);
  const camera = useMemo(() => createCamera(PADDING), [map]);
  const places = useMemo(() => {
    const place = fitInto(boundsOf(map.points), { width: 1, height: 1, padding: 0 });
    const placed = new Float64Array(2 * map.points.length);
    for (const [i, point] of map.points.entries()) placed.set(place(point), 2 * i);
    return placed;
  }, [map]);
  const colors = useMemo(() => map.pictures.map(({ label }) => colorOf(label, labels)), [map, labels]);
  const [atlas, setAtlas] = useState<Atlas>({ want: () => {}, proportions: () => undefined, draw: () => {} });
  const scene: Scene = { places, colors, atlas, isShown: (i) => !hidden.has(map.pictures[i].label) };

  const painter = useRef<Painter>(undefined);
  const draw = () => {
    painter.current?.paint(scene, {
      focus: hovered >= 0 ? hovered : focus,
      selected,
      lasso: corners.current,
      hasPictures,
    });
  };
  // Listeners live as long as the canvas, and see what is drawn last.
  const latest = useRef({ draw, scene, props });
  latest.current = { draw, scene, props };
  const redraw = useMemo(() => onceAFrame(() => latest.current.draw()), []);

  useEffect(() => {
    const controller = new AbortController();
    setAtlas(
      loadAtlas(
        map.pictures.map(({ thumbnail }) => thumbnail),
        redraw,
        controller.signal,
      ),
    );
    return () => controller.abort();
  }, [map]);
  useLayoutEffect(() => {
    const element = canvas.current!;
    camera.fit(element.clientWidth, element.clientHeight);
    const ownPainter = createPainter(element, camera);
    painter.current = ownPainter;
    createControls(element, camera, {
      draw: redraw,
      find: (x, y) => ownPainter.findAt(latest.current.scene, x, y),
      focusOn(index, isPinned) {
        if (isPinned) latest.current.props.onFocus(index);
        setHovered(isPinned ? -1 : index);
      },
      focused: () => latest.current.props.focus,
      isShown: (index) => latest.current.scene.isShown(index),
      places: places as unknown as readonly number[],
      button: (id) => tools.current!.querySelector<HTMLElement>(`[data-tool="${id}"]`)!,
    });
  }, [camera]);
  useLayoutEffect(redraw, [camera, hovered, focus, selected, hasPictures, shownTheme, hidden, atlas]);

  // While the lasso is held, the canvas neither pans nor picks: it sees these events first.
  const lassoHandlers = isLasso && {
    onPointerDownCapture: (event: PointerEvent) => {
      event.stopImmediatePropagation();
      canvas.current!.setPointerCapture(event.pointerId);
      drawLasso([placeOf(event)]);
    },
    onPointerMoveCapture: (event: PointerEvent) => {
      event.stopImmediatePropagation();
      if (corners.current.length > 0) drawLasso(lengthenLasso(corners.current, placeOf(event)));
    },
    onPointerUpCapture: (event: PointerEvent) => {
      event.stopImmediatePropagation();
      const [left, top] = camera.toScreen(0, 0);
      const points = places.map((place, i) => (i % 2 === 0 ? left : top) + place * camera.scale);
      const inside = findWithin(corners.current, points).filter(scene.isShown);
      drawLasso([]);
      setLasso(false);
      props.onFocus(-1);
      props.onSelected(new Set(inside));
    },
  };
  const called = hovered >= 0 ? map.pictures[hovered] : undefined;
  return (
    <div class="map-frame">
      <div class="map-tools" ref={tools}>
        <button type="button" class="icon-button" data-tool="zoom-in" aria-label={TEXT.map.zoomIn}>
          <Icon name="plus" />
        </button>
        <button type="button" class="icon-button" data-tool="zoom-out" aria-label={TEXT.map.zoomOut}>
          <Icon name="minus" />
        </button>
        <button type="button" class="icon-button" data-tool="fit" aria-label={TEXT.map.fit}>
          <Icon name="fit" />
        </button>
        <button
          type="button"
          class="icon-button"
          aria-pressed={isLasso}
          aria-label={TEXT.map.lasso}
          title={TEXT.map.lasso}
          onClick={() => setLasso(!isLasso)}
        >
          <Icon name="lasso" />
        </button>
        <button
          type="button"
          class="icon-button"
          aria-pressed={hasPictures}
          aria-label={TEXT.map.pictures}
          title={TEXT.map.pictures}
          onClick={() => setPictures(!hasPictures)}
        >
          <Icon name="photo" />
        </button>
      </div>
      <div class={`map-surface${isLasso ? ' is-lasso' : ''}`} {...lassoHandlers}>
        {/* biome-ignore lint/a11y/noInteractiveElementToNoninteractiveRole: it is walked by the arrow keys */}
        <canvas
          ref={canvas}
          tabIndex={0}
          role="application"
          aria-label={TEXT.map.said(map.pictures.length)}
        />
      </div>
      {called && (
        <p class="map-hover" aria-hidden="true">
          {called.label !== null && <b>{called.label} </b>}
          {called.name}
        </p>
      )}
    </div>
  );

  function drawLasso(line: readonly Corner[]): void {
    corners.current = line;
    redraw();
  }

  function placeOf(event: PointerEvent): Corner {
    const box = canvas.current!.getBoundingClientRect();
    return [event.clientX - box.left, event.clientY - box.top];
  }
}

/** Many calls between two frames are one. */
function onceAFrame(run: () => void): () => void {
  let isAsked = false;
  return () => {
    if (isAsked) return;
    isAsked = true;
    requestAnimationFrame(() => {
      isAsked = false;
      run();
    });
  };
}
