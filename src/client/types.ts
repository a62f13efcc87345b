/** An image to send: the bytes of its file, or an address that the service is allowed to fetch from. */
export type ClientImage =
  | Blob
  | Uint8Array
  | ArrayBuffer
  | { readonly data: Blob | Uint8Array | ArrayBuffer; readonly name?: string }
  | { readonly url: string };

/** What is wrong with one image of several. */
export interface ImageProblem {
  readonly code: string;
  readonly title: string;
  readonly detail: string;
  readonly expected?: string;
  readonly received?: string;
  readonly help?: string;
}

/** One image of an answer: its embedding, or why it has none. */
export type EmbeddedImage =
  | { readonly index: number; readonly name?: string; readonly embedding: Float32Array }
  | { readonly index: number; readonly name?: string; readonly problem: ImageProblem };

export interface Embeddings {
  /** Checksum of the model that answered. Embeddings of two models cannot be compared. */
  readonly model: string;
  /** D. */
  readonly embeddingSize: number;
  /** One an image, in their order. */
  readonly results: readonly EmbeddedImage[];
}

export interface ServedComparison {
  readonly model: string;
  /** Lower is closer. */
  readonly distance: number;
  /** Probability that both show the same thing, where `prior` of all pairs do. */
  readonly probability: number;
  readonly prior?: number;
  readonly verdict: 'same' | 'different' | 'unsure';
  /** Only where the verdict is `unsure`. */
  readonly because?: string;
  readonly threshold: number;
}

/** An image of the store. */
export interface StoredNeighbour {
  readonly id: string;
  /** Of its file, without folders. */
  readonly name: string;
  readonly label: string | null;
  readonly metadata: Readonly<Record<string, unknown>>;
  /** Lower is closer. */
  readonly distance: number;
  readonly probability: number;
  readonly verdict: 'same' | 'different' | 'unsure';
}

export interface SearchResults {
  readonly model: string;
  /** One an image, in their order; neighbours nearest first. */
  readonly results: readonly ({ readonly index: number; readonly name?: string } & (
    | { readonly method: 'exact' | 'approximate'; readonly neighbours: readonly StoredNeighbour[] }
    | { readonly problem: ImageProblem }
  ))[];
  /** Measured share of the true neighbours that the index finds; with approximate answers. */
  readonly recall?: {
    readonly recall: number;
    readonly k: number;
    readonly numQueries: number;
    readonly numRows: number;
  };
}

export interface AddedImages {
  readonly model: string;
  /** One an image, in their order. The same file has the same id. */
  readonly results: readonly ({ readonly index: number; readonly name?: string } & (
    | { readonly id: string }
    | { readonly problem: ImageProblem }
  ))[];
}

/** An image of the store, without its neighbours. */
export interface StoredImage {
  readonly id: string;
  /** Of its file, without folders. */
  readonly name: string;
  readonly label: string | null;
}

/** An image on a plane, from −1 to 1, both axes to one scale. */
export interface PlacedImage extends StoredImage {
  readonly x: number;
  readonly y: number;
}

/** An image that is there several times. */
export interface CopiedImage extends StoredImage {
  readonly sizeBytes: number;
  /** Where it is: a file, in an archive, an object of a storage, or sent to the service and not kept. */
  readonly source: 'file' | 'archive' | 'object' | 'sent';
}

/** An image and how far it is from another. */
export interface DuplicateImage extends CopiedImage {
  readonly distance: number;
}

/** Images of the store on a plane, near to what they are like. */
export interface StoreMap {
  readonly model: string;
  readonly method: 'embedding' | 'pca' | 'umap' | 'tsne';
  /** Images of the store; of a large one only some are drawn. */
  readonly numImages: number;
  readonly images: readonly PlacedImage[];
}

/** Images of the store that show the same thing. */
export interface DuplicateGroups {
  readonly model: string;
  readonly numImages: number;
  /** Of them, those whose neighbours were looked up. */
  readonly numExamined: number;
  /** Found; the closest of them are told. */
  readonly numGroups: number;
  readonly groups: readonly {
    readonly centre: CopiedImage;
    /** Each near to the centre; the nearest first. */
    readonly others: readonly DuplicateImage[];
  }[];
}

/** An image to be moved, and the one that stays in its stead, by their ids. */
export interface WantedMove {
  readonly id: string;
  /** Only while this one is there unchanged is the other moved. */
  readonly keeper?: string;
}

export interface Moves {
  /** Whether the service was started with `--move-to`. */
  readonly canMove: boolean;
  /** Those that can be taken back, the latest last. */
  readonly moves: readonly {
    readonly move: string;
    /** ISO 8601. */
    readonly movedAt: string;
    readonly numImages: number;
  }[];
}

export interface UnmovedImage {
  readonly id: string;
  readonly name?: string;
  readonly reason: string;
}

export interface MovedImages {
  /** Names the move; null where nothing was moved. */
  readonly move: string | null;
  readonly moved: readonly { readonly id: string; readonly name: string }[];
  readonly skipped: readonly UnmovedImage[];
}

export interface UndoneMove {
  readonly move: string;
  readonly restored: readonly { readonly id: string; readonly name: string }[];
  /** While there are any, the move can be taken back again. */
  readonly failed: readonly UnmovedImage[];
}

/** A training run that the service shows. */
export interface ServedRun {
  /** Of its folder; with folders above it where two have one name. */
  readonly name: string;
  readonly isFinished: boolean;
  /** Whether it has a `report.html`. */
  readonly hasReport: boolean;
}

export interface ServedRuns {
  readonly runs: readonly ServedRun[];
}

export interface ModelDescription {
  readonly model: string;
  /** ISO 8601. */
  readonly loadedAt: string;
  readonly encoder: { readonly name: string; readonly embeddingSize: number; readonly normalized: boolean };
  readonly comparator: string | null;
  readonly input: {
    readonly height: number;
    readonly width: number;
    readonly channels: number;
    readonly resize: 'fit' | 'cover' | 'stretch';
  };
  readonly distance: 'euclidean' | 'comparator';
  readonly threshold: number;
  readonly prior: number | null;
  readonly isCalibrated: boolean;
  readonly classes: readonly string[];
  readonly trainedOn: { readonly dataset: string; readonly numImages: number };
  /** What the service searches in; null where it has nothing to search in. */
  readonly store: 'lancedb' | 'postgres' | null;
  readonly samesame: string;
}

export interface ServiceStats {
  readonly model: string;
  readonly version: string;
  readonly uptimeSeconds: number;
  readonly requests: {
    readonly total: number;
    readonly byStatus: Readonly<Record<string, number>>;
    readonly inProgress: number;
  };
  readonly images: {
    readonly total: number;
    readonly inProgress: number;
    readonly waitingForBatch: number;
    readonly maxQueue: number;
  };
  readonly batches: { readonly total: number; readonly meanSize: number };
  readonly latencyMs: {
    readonly p50: number;
    readonly p95: number;
    readonly p99: number;
    readonly numRequests: number;
  };
  readonly threads: number;
  /** Null without a store; its number of images is null while it cannot be reached. */
  readonly store: { readonly kind: 'lancedb' | 'postgres'; readonly numImages: number | null } | null;
  readonly memoryBytes: { readonly rss: number; readonly heapUsed: number; readonly heldBodies: number };
}

/** RFC 9457, as the service sends it. */
export interface ServiceProblem {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly code: string;
  readonly detail: string;
  readonly expected?: string;
  readonly received?: string;
  readonly help?: string;
  readonly errors?: readonly { readonly pointer: string; readonly detail: string }[];
  readonly requestId: string;
}
