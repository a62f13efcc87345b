import { useState } from 'preact/hooks';
import { type DroppedFile, filesOfDrop } from './images.ts';

/** Handlers that make an element take files, and whether something hovers over it. */
export function useDrop(onDrop: (files: readonly DroppedFile[]) => void) {
  const [depth, setDepth] = useState(0);
  const hasFiles = (event: DragEvent) => event.dataTransfer?.types.includes('Files') ?? false;
  return {
    isOver: depth > 0,
    handlers: {
      // Entering a child comes before leaving its parent: counting keeps both apart.
      onDragEnter: (event: DragEvent) => {
        if (!hasFiles(event)) return;
        event.preventDefault();
        setDepth((now) => now + 1);
      },
      onDragLeave: (event: DragEvent) => hasFiles(event) && setDepth((now) => Math.max(0, now - 1)),
      onDragOver: (event: DragEvent) => hasFiles(event) && event.preventDefault(),
      onDrop: async (event: DragEvent) => {
        event.preventDefault();
        setDepth(0);
        if (event.dataTransfer) onDrop(await filesOfDrop(event.dataTransfer));
      },
    },
  };
}
