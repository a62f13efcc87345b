// What is run in the page: nothing here reaches anything outside of its function.

/** What a person does at the map, one after the other. */
export const PARTS = ['drag, all in view', 'zoom in', 'drag, zoomed', 'zoom out', 'point', 'lasso'];

/** Notes tasks that hold the page up, from its first moment. */
export function watchPage() {
  let tasks = [];
  new PerformanceObserver((list) => {
    tasks.push(...list.getEntries().map(({ duration }) => duration));
  }).observe({ type: 'longtask', buffered: true });
  window.bench = {
    /** The longest since this was asked last, in milliseconds; the browser tells none below 50. */
    longestTask() {
      const longest = Math.max(0, ...tasks);
      tasks = [];
      return longest;
    },
  };
}

/** One part: the times between its frames, an event each. */
export async function drive(name) {
  const canvas = document.querySelector('.map-surface canvas');
  const box = canvas.getBoundingClientRect();
  const [x, y] = [box.left + box.width * 0.5, box.top + box.height * 0.5];
  const pointer = (type, clientX, clientY) =>
    canvas.dispatchEvent(
      new PointerEvent(type, { bubbles: true, pointerId: 1, isPrimary: true, clientX, clientY }),
    );
  const wheel = (deltaY) =>
    canvas.dispatchEvent(
      new WheelEvent('wheel', { bubbles: true, cancelable: true, clientX: x, clientY: y, deltaY }),
    );
  // Events that a script makes hold no pointer.
  canvas.setPointerCapture = () => {};
  const frame = () => new Promise((resolve) => requestAnimationFrame(resolve));
  const calm = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
  const numFrames = name === 'lasso' ? 122 : 60;
  const drag = (i) => {
    if (i === 0) pointer('pointerdown', x, y);
    pointer('pointermove', x + 150 * Math.sin(i / 12), y + 100 * Math.sin(i / 7));
    if (i === numFrames - 1) pointer('pointerup', x, y);
  };
  const circle = (i) => {
    const angle = (2 * Math.PI * i) / 120;
    const [cx, cy] = [x + box.width * 0.45 * Math.cos(angle), y + box.height * 0.45 * Math.sin(angle)];
    pointer(i === 0 ? 'pointerdown' : i === numFrames - 1 ? 'pointerup' : 'pointermove', cx, cy);
  };
  const act = {
    'drag, all in view': drag,
    'zoom in': () => wheel(-40),
    'drag, zoomed': drag,
    'zoom out': () => wheel(40),
    point: (i) => pointer('pointermove', x + 3 * i - 90, y + i),
    lasso: circle,
  }[name];
  if (name === 'lasso') {
    document.querySelector('[data-tool="fit"]').click();
    document.querySelector('.map-tools [aria-pressed]').click();
    await calm(300);
  }
  await frame();
  window.bench.longestTask();
  const frames = [];
  let last = await frame();
  for (let i = 0; i < numFrames; i++) {
    act(i);
    const now = await frame();
    frames.push(now - last);
    last = now;
  }
  await calm(200);
  return { frames, longestTaskMs: window.bench.longestTask() };
}
