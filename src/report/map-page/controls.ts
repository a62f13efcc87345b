/// <reference lib="dom" />
import type { Camera } from './camera.ts';

/** What the controls act on. */
export interface ControlTarget {
  draw(): void;
  /** The image at a place of the screen, or −1. */
  find(x: number, y: number): number;
  focusOn(index: number, isPinned: boolean): void;
  /** The image in focus, or −1. */
  focused(): number;
  isShown(index: number): boolean;
  readonly places: readonly number[];
  /** The button of the page with an id. */
  button(id: string): HTMLElement;
}

/**
 * Wheel, mouse, fingers, keys and buttons. The page holds this function as text: it uses nothing from outside itself.
 */
export function createControls(canvas: HTMLCanvasElement, camera: Camera, target: ControlTarget): void {
  const fingers = new Map<number, [number, number]>();
  /** Pixels that the pointer has moved since it went down: a tap moves little. */
  let moved = 0;

  const placeOf = (event: MouseEvent): [number, number] => {
    const box = canvas.getBoundingClientRect();
    return [event.clientX - box.left, event.clientY - box.top];
  };
  const spread = () => {
    const [[ax, ay], [bx, by]] = [...fingers.values()];
    return { distance: Math.hypot(ax - bx, ay - by), x: (ax + bx) / 2, y: (ay + by) / 2 };
  };
  const screenPlace = (index: number) =>
    camera.toScreen(target.places[2 * index], target.places[2 * index + 1]);
  const isInside = ([x, y]: readonly [number, number]) =>
    x >= 0 && y >= 0 && x <= canvas.clientWidth && y <= canvas.clientHeight;
  /** Around the image in focus where it can be seen, else around the middle. */
  const zoomBy = (factor: number) => {
    const focused = target.focused() < 0 ? undefined : screenPlace(target.focused());
    const middle: [number, number] = [canvas.clientWidth / 2, canvas.clientHeight / 2];
    camera.zoomAt(...(focused !== undefined && isInside(focused) ? focused : middle), factor);
    target.draw();
  };
  const walk = (direction: readonly [number, number]) => {
    const index = next(direction);
    if (index < 0) return;
    const { places } = target;
    if (!isInside(screenPlace(index))) camera.centreOn(places[2 * index], places[2 * index + 1]);
    target.focusOn(index, true);
  };
  const showAll = () => {
    camera.fit(canvas.clientWidth, canvas.clientHeight);
    target.draw();
  };

  canvas.addEventListener(
    'wheel',
    (event) => {
      event.preventDefault();
      const lines = event.deltaMode === 1 ? 16 : 1;
      const [x, y] = placeOf(event);
      camera.zoomAt(x, y, Math.exp(-event.deltaY * lines * 0.0016));
      target.draw();
    },
    { passive: false },
  );
  canvas.addEventListener('pointerdown', (event) => {
    canvas.setPointerCapture(event.pointerId);
    fingers.set(event.pointerId, placeOf(event));
    if (fingers.size === 1) moved = 0;
  });
  canvas.addEventListener('pointermove', (event) => {
    const [x, y] = placeOf(event);
    const last = fingers.get(event.pointerId);
    if (last === undefined) {
      target.focusOn(target.find(x, y), false);
      return;
    }
    moved += Math.hypot(x - last[0], y - last[1]);
    if (fingers.size === 2) {
      const before = spread();
      fingers.set(event.pointerId, [x, y]);
      const after = spread();
      camera.pan(after.x - before.x, after.y - before.y);
      camera.zoomAt(after.x, after.y, after.distance / Math.max(1, before.distance));
    } else {
      fingers.set(event.pointerId, [x, y]);
      camera.pan(x - last[0], y - last[1]);
    }
    target.draw();
  });
  const lift = (event: PointerEvent) => {
    const wasTap = fingers.size === 1 && moved < 6 && event.type === 'pointerup';
    fingers.delete(event.pointerId);
    if (!wasTap) return;
    const [x, y] = placeOf(event);
    target.focusOn(target.find(x, y), true);
  };
  canvas.addEventListener('pointerup', lift);
  canvas.addEventListener('pointercancel', lift);
  canvas.addEventListener('pointerleave', () => target.focusOn(-1, false));
  canvas.addEventListener('dblclick', (event) => {
    const [x, y] = placeOf(event);
    camera.zoomAt(x, y, 2);
    target.draw();
  });

  const arrows: Readonly<Record<string, readonly [number, number]>> = {
    ArrowLeft: [-1, 0],
    ArrowRight: [1, 0],
    ArrowUp: [0, -1],
    ArrowDown: [0, 1],
  };

  /** The nearest shown image in a direction: what lies aside counts as farther. */
  function next([dx, dy]: readonly [number, number]): number {
    const { places } = target;
    const from = target.focused();
    const middle: [number, number] = [canvas.clientWidth / 2, canvas.clientHeight / 2];
    const [x, y] = from < 0 ? middle : screenPlace(from);
    let [best, bestCost] = [from, Number.POSITIVE_INFINITY];
    for (let i = 0; i < places.length / 2; i++) {
      if (i === from || !target.isShown(i)) continue;
      const [px, py] = screenPlace(i);
      const ahead = (px - x) * dx + (py - y) * dy;
      const aside = Math.abs((px - x) * dy) + Math.abs((py - y) * dx);
      const cost = ahead + 2 * aside;
      if (ahead > 0 && cost < bestCost) [best, bestCost] = [i, cost];
    }
    return best;
  }

  canvas.addEventListener('keydown', (event) => {
    const arrow = arrows[event.key];
    if (arrow !== undefined && event.shiftKey) {
      camera.pan(-60 * arrow[0], -60 * arrow[1]);
      target.draw();
    } else if (arrow !== undefined) walk(arrow);
    else if (event.key === '+' || event.key === '=') zoomBy(1.5);
    else if (event.key === '-') zoomBy(1 / 1.5);
    else if (event.key === '0') showAll();
    else if (event.key === 'Escape') target.focusOn(-1, true);
    else return;
    event.preventDefault();
  });
  target.button('zoom-in').addEventListener('click', () => zoomBy(1.5));
  target.button('zoom-out').addEventListener('click', () => zoomBy(1 / 1.5));
  target.button('fit').addEventListener('click', showAll);
  new ResizeObserver(() => {
    camera.resize(canvas.clientWidth, canvas.clientHeight);
    target.draw();
  }).observe(canvas);
}
