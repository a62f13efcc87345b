import { CHECKS } from './checks/all.ts';
import { type Examined, type Finding, SEVERITIES, type Severity } from './types.ts';

/** The worst of the findings; `clean` where there is none. */
export type Verdict = Severity | 'clean';

/** What every check found, the worst first. */
export function diagnose(examined: Examined): Finding[] {
  const findings = CHECKS.flatMap((check) => check(examined));
  return SEVERITIES.flatMap((severity) => findings.filter((finding) => finding.severity === severity));
}

export function verdictOf(findings: readonly Finding[]): Verdict {
  return SEVERITIES.find((severity) => findings.some((finding) => finding.severity === severity)) ?? 'clean';
}
