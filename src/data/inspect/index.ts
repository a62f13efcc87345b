export { DEFAULT_NEAR_BITS, type FindCopiesOptions, findCopies } from './copies.ts';
export { diagnose, type Verdict, verdictOf } from './diagnose.ts';
export { type ExamineOptions, examineSet } from './examine-set.ts';
export { type ClassSummary, type DatasetSummary, type Spread, summarize } from './summarize.ts';
export {
  type CheckName,
  type Copies,
  type Examined,
  type Finding,
  type FindingGroup,
  type ImageFacts,
  SEVERITIES,
  type Severity,
} from './types.ts';
