// A full store of vectors in the tab: filling it, opening it again after a reload, searching it, and its memory.
import { p50, p95 } from './times.mjs';

/** @returns figures of a page that was reloaded after the rows were kept */
export async function measureSearch({ page, show, rows, size, searches }) {
  const addMs = await page.evaluate(fill, { rows, size });
  const memoryBefore = await reload(page, show);
  const found = await page.evaluate(search, { rows, size, searches });
  const memoryAfter = await page.evaluate(memory);
  await page.evaluate(forget);
  const { openMs, upsertMs, countRows, plain, filtered } = found;
  if (countRows !== rows) throw new Error(`${countRows} rows came back of ${rows}`);
  return {
    addMs,
    openMs,
    upsertMs,
    plain: { p50: p50(plain), p95: p95(plain) },
    filtered: { p50: p50(filtered), p95: p95(filtered) },
    memoryMb: (memoryAfter - memoryBefore) / 1e6,
  };
}

/** Nothing is left in memory of what was there. */
async function reload(page, show) {
  await show();
  return page.evaluate(memory);
}

/** Bytes of the page and its workers. */
async function memory() {
  return (await performance.measureUserAgentSpecificMemory()).bytes;
}

async function fill({ rows, size }) {
  const { samesame } = window;
  const vectors = new Float32Array(rows * size);
  for (let i = 0; i < vectors.length; i++) vectors[i] = Math.random() - 0.5;
  const items = Array.from({ length: rows }, (_, i) => ({ id: `image-${i}.jpg`, label: `class ${i % 10}` }));
  const store = await samesame.openVectors('bench', { embeddingSize: size, modelFingerprint: 'bench' });
  const start = performance.now();
  await store.add(items, vectors);
  const addMs = performance.now() - start;
  await store.close();
  return addMs;
}

async function search({ size, searches }) {
  const { samesame } = window;
  const random = (length) => Float32Array.from({ length }, () => Math.random() - 0.5);
  const start = performance.now();
  const store = await samesame.openVectors('bench', { embeddingSize: size, modelFingerprint: 'bench' });
  const openMs = performance.now() - start;
  const countRows = await store.count();
  const times = async (filter) => {
    const found = [];
    for (let i = 0; i < searches + 10; i++) {
      const query = random(size);
      const from = performance.now();
      const neighbours = await store.search(query, { k: 10, filter });
      found.push(performance.now() - from);
      if (neighbours.length !== 10) throw new Error(`${neighbours.length} neighbours`);
    }
    return found.slice(10); // until the code is compiled
  };
  const plain = await times();
  const filtered = await times({ labels: ['class 3'] });
  const from = performance.now();
  await store.upsert([{ id: 'image-7.jpg', label: 'class 7' }], random(size));
  const upsertMs = performance.now() - from;
  window.store = store; // held until its memory is measured
  return { openMs, upsertMs, countRows, plain, filtered };
}

async function forget() {
  await window.store.close();
  await window.samesame.deleteVectors('bench');
}
