/// <reference lib="dom" />
import type { createCamera } from './camera.ts';
import type { createControls } from './controls.ts';
import type { MapPageData } from './page-data.ts';
import type { createPainter } from './painter.ts';

/** The other functions of the page: as text they cannot import one another. */
export interface ViewerParts {
  readonly createCamera: typeof createCamera;
  readonly createPainter: typeof createPainter;
  readonly createControls: typeof createControls;
}

/**
 * Brings the page to life: the card of the image in focus, the legend, the tools. The page holds this function as text:
 * it uses nothing from outside itself.
 */
export function startViewer(data: MapPageData, parts: ViewerParts): void {
  const { labels, classNames, colors, names, sprites, neighbours, places } = data;
  const element = <T extends HTMLElement>(id: string) => document.getElementById(id) as T;
  const canvas = element<HTMLCanvasElement>('map');
  const card = element('card');
  const sheets = sprites.uris.map((uri) => {
    const image = new Image();
    image.src = uri;
    return image;
  });
  const camera = parts.createCamera();
  const painter = parts.createPainter(canvas, camera, data, sheets);
  const shown = colors.map(() => true);
  let [hovered, pinned, isWaiting, hasImages] = [-1, -1, false, true];
  const state = () => ({ shown, hasImages, focus: pinned >= 0 ? pinned : hovered });
  const classOf = (index: number) => (labels[index] < 0 ? 'no class' : classNames[labels[index]]);

  /** Draws once before the next frame, however often it is asked to. */
  function draw(): void {
    if (isWaiting) return;
    isWaiting = true;
    requestAnimationFrame(() => {
      isWaiting = false;
      painter.paint(state());
    });
  }

  function add<K extends keyof HTMLElementTagNameMap>(
    parent: HTMLElement,
    tag: K,
    className: string,
    text = '',
  ): HTMLElementTagNameMap[K] {
    const child = document.createElement(tag);
    child.className = className;
    child.textContent = text;
    parent.append(child);
    return child;
  }

  function addPicture(parent: HTMLElement, index: number, side: number): void {
    const picture = add(parent, 'canvas', 'picture');
    picture.width = side;
    picture.height = side;
    painter.paintImage(picture, index);
  }

  function showCard(): void {
    const { focus } = state();
    card.replaceChildren();
    card.hidden = focus < 0;
    if (focus < 0) return;
    const head = add(card, 'div', 'head');
    addPicture(head, focus, 224);
    const words = add(head, 'div', 'words');
    const title = add(words, 'b', '', classOf(focus));
    title.style.borderColor = colors[labels[focus] < 0 ? colors.length - 1 : labels[focus]];
    add(words, 'span', 'name', names[focus]);
    if (neighbours === null) {
      add(words, 'span', 'name', 'No neighbours: this model compares by a learned head.');
      return;
    }
    add(card, 'h2', '', 'Nearest');
    const list = add(card, 'ul', 'nearest');
    for (const [index, distance] of neighbours[focus]) {
      const isRight = labels[index] === labels[focus] && labels[index] >= 0;
      const button = add(add(list, 'li', ''), 'button', isRight ? 'right' : 'wrong');
      button.type = 'button';
      button.title = `${classOf(index)}, ${names[index]}`;
      addPicture(button, index, 96);
      add(button, 'span', '', `${isRight ? '✓' : '✗'} ${distance.toFixed(3)}`);
      button.addEventListener('click', () => goTo(index));
    }
  }

  function focusOn(index: number, isPinned: boolean): void {
    if (isPinned) pinned = index;
    else if (hovered === index) return;
    else hovered = index;
    // What is pinned stays until it is let go.
    if (isPinned || pinned < 0) showCard();
    draw();
  }

  function goTo(index: number): void {
    camera.centreOn(places[2 * index], places[2 * index + 1]);
    focusOn(index, true);
  }

  function buildLegend(): void {
    const legend = element<HTMLUListElement>('legend');
    const counts = colors.map(() => 0);
    for (const label of labels) counts[label < 0 ? colors.length - 1 : label]++;
    const boxes = counts.flatMap((count, slot) => {
      if (count === 0) return [];
      const item = add(legend, 'li', '');
      const line = add(item, 'label', '');
      const box = add(line, 'input', '');
      box.type = 'checkbox';
      box.checked = true;
      add(line, 'i', '').style.background = colors[slot];
      const name = slot === colors.length - 1 ? 'no class' : classNames[slot];
      add(line, 'span', 'class', name);
      add(line, 'span', 'count', String(count));
      box.addEventListener('change', () => {
        shown[slot] = box.checked;
        draw();
      });
      return [{ item, box, slot, name }];
    });
    const setAll = (isShown: boolean) => {
      for (const { item, box, slot } of boxes) {
        if (item.hidden) continue;
        box.checked = isShown;
        shown[slot] = isShown;
      }
      draw();
    };
    element('all').addEventListener('click', () => setAll(true));
    element('none').addEventListener('click', () => setAll(false));
    element<HTMLInputElement>('filter').addEventListener('input', (event) => {
      const wanted = (event.target as HTMLInputElement).value.trim().toLowerCase();
      for (const { item, name } of boxes) item.hidden = !name.toLowerCase().includes(wanted);
    });
  }

  buildLegend();
  element<HTMLInputElement>('images').addEventListener('change', (event) => {
    hasImages = (event.target as HTMLInputElement).checked;
    draw();
  });
  parts.createControls(canvas, camera, {
    draw,
    find: (x, y) => painter.find(x, y, state()),
    focusOn,
    focused: () => state().focus,
    isShown: (index) => shown[labels[index] < 0 ? colors.length - 1 : labels[index]],
    places,
    button: element,
  });
  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', draw);
  Promise.all(sheets.map((sheet) => sheet.decode())).then(() => {
    camera.fit(canvas.clientWidth, canvas.clientHeight);
    document.body.classList.add('ready');
    draw();
  });
}
