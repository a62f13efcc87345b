import type { Check } from '../types.ts';
import { checkBrightness } from './brightness.ts';
import { checkClasses } from './classes.ts';
import { checkColours } from './colours.ts';
import { checkCopies } from './copies.ts';
import { checkFiles } from './files.ts';
import { checkLeftOut } from './left-out.ts';
import { checkNames } from './names.ts';
import { checkSizes } from './sizes.ts';
import { checkUnreadable } from './unreadable.ts';

/** What is asked of every data set. */
export const CHECKS: readonly Check[] = [
  checkClasses,
  checkUnreadable,
  checkCopies,
  checkBrightness,
  checkSizes,
  checkColours,
  checkLeftOut,
  checkNames,
  checkFiles,
];
