import { useLayoutEffect, useRef } from 'preact/hooks';
import { inferno } from '../../../src/report/explain/inferno.ts';
import type { HeatMap } from '../../../src/web/index.ts';

/** The heat of a photo, drawn over it in the same proportions. Cold parts are veiled, so that hot ones stand out. */
export function HeatLayer({ map, strength }: { readonly map: HeatMap; readonly strength: number }) {
  const canvas = useRef<HTMLCanvasElement>(null);
  useLayoutEffect(() => {
    const { height, width, heat } = map;
    const context = canvas.current!.getContext('2d')!;
    const image = context.createImageData(width, height);
    const top = heat.reduce((most, value) => Math.max(most, value), 1e-12);
    for (let i = 0; i < heat.length; i++) {
      const share = Math.max(0, heat[i]) / top;
      image.data.set([...inferno(share), 255 * (0.35 + 0.5 * share)], 4 * i);
    }
    context.putImageData(image, 0, 0);
  }, [map]);
  return (
    <canvas
      ref={canvas}
      class="heat"
      width={map.width}
      height={map.height}
      style={{
        opacity: strength,
        left: share(map.seen.left),
        top: share(map.seen.top),
        width: share(map.seen.width),
        height: share(map.seen.height),
      }}
      aria-hidden="true"
    />
  );
}

function share(of: number): string {
  return `${of * 100}%`;
}
