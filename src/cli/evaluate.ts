import type { Command } from 'commander';
export function addEvaluate(_program: Command): void {}
