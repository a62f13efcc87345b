import type { Verdict } from '../../data/inspect/diagnose.ts';
import type { DatasetSummary } from '../../data/inspect/summarize.ts';
import type { CheckName, Severity } from '../../data/inspect/types.ts';

/** What is shown of an inspection, as text and as a page. */
export interface InspectionData {
  /** Of the data set. */
  readonly name: string;
  readonly summary: DatasetSummary;
  readonly verdict: Verdict;
  /** The worst first. */
  readonly findings: readonly ShownFinding[];
  readonly proposal?: ShownProposal;
  /** Bits in which near copies may differ. */
  readonly threshold: number;
  readonly seconds: number;
}

export interface ShownFinding {
  readonly check: CheckName;
  readonly severity: Severity;
  readonly title: string;
  readonly advice: string;
  /** How many groups there are; `groups` may hold the first of them only. */
  readonly numGroups: number;
  readonly groups: readonly ShownGroup[];
}

export interface ShownGroup {
  readonly caption?: string;
  /** How many images there are; `images` may hold the first of them only. */
  readonly numImages: number;
  readonly images: readonly ShownImage[];
}

export interface ShownImage {
  /** As the data set names it. */
  readonly name: string;
  /** Data URI; none for text, and where the image cannot be read. */
  readonly picture?: string;
}

export interface ShownProposal {
  /** The command line. */
  readonly command: string;
  /** What `train --config` takes. */
  readonly config: object;
  readonly reasons: readonly string[];
}
