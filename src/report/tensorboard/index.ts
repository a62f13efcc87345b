export type { PngImage, SummaryValue } from './event.ts';
export { createEventFile, type EventFile, type EventFileOptions } from './event-file.ts';
export { drawGalleryImage } from './gallery-image.ts';
export { countValues, type ValueHistogram } from './histogram.ts';
export { type ProjectorData, writeProjector } from './projector.ts';
export { drawSprite, type ImageSequence, type Sprite, type SpriteOptions } from './sprite.ts';
