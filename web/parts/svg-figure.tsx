import { useLayoutEffect, useRef } from 'preact/hooks';

/** A figure of the report room, which is drawn as text. */
export function SvgFigure({ svg }: { readonly svg: string }) {
  const place = useRef<HTMLDivElement>(null);
  useLayoutEffect(() => {
    const parsed = new DOMParser().parseFromString(svg, 'image/svg+xml');
    place.current!.replaceChildren(document.importNode(parsed.documentElement, true));
  }, [svg]);
  return <div ref={place} class="svg-figure" />;
}
