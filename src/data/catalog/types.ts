/** A public data set that can be fetched by name. */
export interface CatalogEntry {
  /** What it is asked for by: `fashion-mnist`. */
  readonly name: string;
  readonly title: string;
  /** What it shows, in a sentence. */
  readonly about: string;
  readonly numImages: number;
  readonly numClasses: number;
  readonly homepage: string;
  /** What its makers say may be done with it; where they say nothing, that. */
  readonly licence: { readonly text: string; readonly url: string };
  readonly files: readonly CatalogFile[];
  /** How its files become a folder that `openDataset` reads. */
  readonly layout: 'idx' | 'omniglot' | 'flowers-102' | 'products-10k';
  /** Said before it is fetched: a way without a download, or what is left out. */
  readonly note?: string;
  /** For a home behind a login: how to get the files. Their `urls` are empty. */
  readonly byHand?: string;
  /** Whether fewer images than `numImages` are unpacked, so that the count says nothing. Default false. */
  readonly isPart?: boolean;
}

/** A file of a data set's public home. */
export interface CatalogFile {
  readonly name: string;
  /** Its path at its home, by which a mirror folder may hold it too. Default: none but its name. */
  readonly homePath?: string;
  /** Addresses, tried in this order. */
  readonly urls: readonly string[];
  readonly sizeBytes?: number;
  /** For people, where the exact size is not known: what its home says, rounded. */
  readonly roughSizeBytes?: number;
  /** Published SHA-256, lower-case hex. Where there is none, the first download's is kept and held against later ones. */
  readonly sha256?: string;
  /** Of a `.gz` file: SHA-256 of what is compressed. A mirror that compressed the same content anew passes by it. */
  readonly contentSha256?: string;
}

/** What is fetched: some files with a name in common. */
export type Fetchable = Pick<CatalogEntry, 'name' | 'files' | 'byHand'>;

/** What fetching and unpacking a data set tells while it works. */
export type CatalogEvent =
  | {
      readonly kind: 'download';
      readonly file: string;
      readonly doneBytes: number;
      /** Unknown where the server does not say. */
      readonly totalBytes: number | undefined;
      readonly bytesPerSecond: number;
      readonly secondsLeft: number | undefined;
    }
  | { readonly kind: 'retry'; readonly file: string; readonly reason: string; readonly waitMs: number }
  /** `path` has its right checksum. */
  | { readonly kind: 'verified'; readonly file: string; readonly path: string; readonly by: VerifiedBy }
  | { readonly kind: 'unpack'; readonly file: string; readonly done: number; readonly total: number };

/** By a published checksum, by the one recorded at the first download, or not yet: this was the first. */
export type VerifiedBy = 'published' | 'recorded' | 'first time';
