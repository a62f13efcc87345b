import { useLayoutEffect, useRef } from 'preact/hooks';
import { imagesOfPaste } from './images.ts';

/** Calls back with images that are pasted anywhere on the page. */
export function usePaste(onImages: (images: readonly File[]) => void): void {
  const latest = useRef(onImages);
  latest.current = onImages;
  useLayoutEffect(() => {
    const paste = (event: ClipboardEvent) => {
      const images = imagesOfPaste(event);
      if (images.length === 0) return;
      event.preventDefault();
      latest.current(images);
    };
    addEventListener('paste', paste);
    return () => removeEventListener('paste', paste);
  }, []);
}
