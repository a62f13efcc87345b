import { useEffect, useRef, useState } from 'preact/hooks';
import { isGuarded, type OpenPicture, openPicture } from '../source/guarded.ts';

/** How far below the window a picture is fetched already. */
const AHEAD = '300px';

export interface ThumbnailProps {
  /** Address of the picture. */
  readonly address: string;
  readonly alt?: string;
}

/** A small picture, loaded when it comes near the window. */
export function Thumbnail({ address, alt = '' }: ThumbnailProps) {
  const image = useRef<HTMLImageElement>(null);
  const [url, setUrl] = useState<string>();
  const mustFetch = isGuarded(address);
  useEffect(() => {
    setUrl(undefined);
    if (!mustFetch) return;
    const controller = new AbortController();
    const { signal } = controller;
    let picture: OpenPicture | undefined;
    const observer = new IntersectionObserver(
      async (entries) => {
        if (!entries.some(({ isIntersecting }) => isIntersecting)) return;
        observer.disconnect();
        // What is not given leaves its place empty, as an <img> does.
        picture = await openPicture(address, signal).catch(() => undefined);
        if (signal.aborted) picture?.close();
        else setUrl(picture?.url);
      },
      { rootMargin: AHEAD },
    );
    observer.observe(image.current!);
    return () => {
      observer.disconnect();
      controller.abort();
      picture?.close();
    };
  }, [address, mustFetch]);
  return <img ref={image} src={mustFetch ? url : address} alt={alt} loading="lazy" />;
}
