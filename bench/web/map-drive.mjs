// What is run in the page: nothing here reaches anything outside of its function.

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

/** A person's minute at the map: each part with the times between its frames. */
export async function drive() {
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
  const parts = [];
  const part = async (name, numFrames, act) => {
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
    await calm(300);
    parts.push({ name, frames, longestTaskMs: window.bench.longestTask() });
    console.info(`${name} is over`);
  };
  const drag = (i, numFrames) => {
    if (i === 0) pointer('pointerdown', x, y);
    pointer('pointermove', x + 150 * Math.sin(i / 12), y + 100 * Math.sin(i / 7));
    if (i === numFrames - 1) pointer('pointerup', x, y);
  };
  await part('drag, all in view', 60, (i) => drag(i, 60));
  await part('zoom in', 60, () => wheel(-40));
  await part('drag, zoomed', 60, (i) => drag(i, 60));
  await part('zoom out', 60, () => wheel(40));
  await part('point', 60, (i) => pointer('pointermove', x + 3 * i - 60, y + i));

  document.querySelector('[data-tool="fit"]').click();
  document.querySelector('.map-tools [aria-pressed]').click();
  await calm(300);
  const numCorners = 120;
  await part('lasso', numCorners + 2, (i) => {
    const angle = (2 * Math.PI * i) / numCorners;
    const [cx, cy] = [x + box.width * 0.45 * Math.cos(angle), y + box.height * 0.45 * Math.sin(angle)];
    pointer(i === 0 ? 'pointerdown' : i > numCorners ? 'pointerup' : 'pointermove', cx, cy);
  });
  return parts;
}
