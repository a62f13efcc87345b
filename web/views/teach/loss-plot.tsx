import { useLayoutEffect, useRef } from 'preact/hooks';
import uPlot from 'uplot';
import 'uplot/dist/uPlot.min.css';
import { theme } from '../../shell/theme.ts';
import { useStore } from '../../state/store.ts';
import { TEXT } from '../../text.ts';
import type { EpochPoint } from './state.ts';

const HEIGHT = 260;

/** Loss and accuracy by epoch, while they come. */
export function LossPlot({ epochs }: { readonly epochs: readonly EpochPoint[] }) {
  const place = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot | undefined>(undefined);
  const shown = useStore(theme);
  const data: uPlot.AlignedData = [
    epochs.map(({ epoch }) => epoch),
    epochs.map(({ loss }) => loss),
    epochs.map(({ accuracy }) => accuracy),
  ];
  useLayoutEffect(() => {
    const element = place.current!;
    const made = new uPlot(optionsFor(element.clientWidth), data, element);
    plot.current = made;
    const watcher = new ResizeObserver(() => made.setSize({ width: element.clientWidth, height: HEIGHT }));
    watcher.observe(element);
    return () => {
      watcher.disconnect();
      made.destroy();
      plot.current = undefined;
    };
  }, [shown]);
  useLayoutEffect(() => plot.current?.setData(data), [epochs]);
  const last = epochs.at(-1)!;
  return (
    <figure class="loss-plot">
      <div
        ref={place}
        role="img"
        aria-label={TEXT.teach.lossSaid(last.epoch, last.loss, TEXT.percent(last.accuracy))}
      />
      <figcaption class="quiet">
        <i class="key-loss" /> {TEXT.teach.loss} {last.loss.toFixed(3)} <i class="key-accuracy" />{' '}
        {TEXT.teach.accuracy} {TEXT.percent(last.accuracy)}
      </figcaption>
    </figure>
  );
}

function optionsFor(width: number): uPlot.Options {
  const style = getComputedStyle(document.documentElement);
  const color = (name: string) => style.getPropertyValue(name).trim();
  const font = '12px Figtree, system-ui, sans-serif';
  const axis = {
    stroke: color('--muted'),
    font,
    grid: { stroke: color('--rule'), width: 1 },
    ticks: { stroke: color('--rule'), width: 1 },
  };
  return {
    width,
    height: HEIGHT,
    legend: { show: false },
    cursor: { show: false },
    scales: { x: { time: false }, share: { range: [0, 1] } },
    axes: [
      { ...axis, incrs: [1, 2, 5, 10, 20, 50] },
      { ...axis, size: 46 },
      {
        ...axis,
        side: 1,
        scale: 'share',
        size: 56,
        grid: { show: false },
        values: (_, values) => values.map((value) => `${Math.round(value * 100)} %`),
      },
    ],
    series: [
      {},
      { stroke: color('--different'), width: 2, points: { size: 5 } },
      { stroke: color('--accent'), width: 2, scale: 'share', points: { size: 5 } },
    ],
  };
}
