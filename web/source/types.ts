import type { MapPoint, ProjectionName } from '../../src/projection/index.ts';

/** An image of a collection, as every view shows it. */
export interface Picture {
  readonly id: string;
  readonly name: string;
  readonly label: string | null;
  /** Address of a small picture. */
  readonly thumbnail: string;
  /** Of a server's image: where it is. What is not a file of its own cannot be moved. */
  readonly source?: 'file' | 'archive' | 'object' | 'sent';
  /** The file itself, where this tab has it. */
  readonly file?: File;
  /** Width and height in pixels and bytes of the file, where they are known: what tells the better of two copies. */
  readonly width?: number;
  readonly height?: number;
  readonly sizeBytes?: number;
}

export interface Neighbour extends Picture {
  /** Lower is closer. */
  readonly distance: number;
  /** That it shows the same thing as what was asked for, 0…1. */
  readonly probability: number;
  readonly verdict: 'same' | 'different' | 'unsure';
}

export interface SearchOptions {
  readonly k: number;
  /** Only images of these labels; all where it is empty. */
  readonly labels: readonly string[];
  readonly signal?: AbortSignal;
}

export interface PictureMap {
  readonly method: ProjectionName;
  readonly pictures: readonly Picture[];
  /** One a picture. */
  readonly points: readonly MapPoint[];
  /** Images of the collection, of which a large one shows some. */
  readonly numImages: number;
}

export interface PictureGroup {
  /** The one that the others are near to, first. */
  readonly pictures: readonly Picture[];
  /** From the first, in the order of `pictures`. */
  readonly distances: readonly number[];
}

export interface WorkOptions {
  /** Told the share that is done, 0…1. */
  readonly onShare?: (share: number) => void;
  readonly signal?: AbortSignal;
}

/** Images that can be searched, mapped and looked through for copies: the person's in this tab, or a server's. */
export interface Collection {
  readonly kind: 'tab' | 'service';
  readonly numImages: number;
  /** Names of labels, where they are known. */
  readonly labels: readonly string[];
  search(query: Blob, options: SearchOptions): Promise<readonly Neighbour[]>;
  /** The nearest to one of its own. */
  neighboursOf(picture: Picture, options: SearchOptions): Promise<readonly Neighbour[]>;
  map(options: WorkOptions): Promise<PictureMap>;
  /** Groups of images within a distance of the first of their group; the closest groups first. */
  groups(within: number, options: WorkOptions): Promise<readonly PictureGroup[]>;
}
