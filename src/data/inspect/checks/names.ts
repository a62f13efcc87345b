import { groupByKey } from '../groups.ts';
import type { Check } from '../types.ts';
import { countOf, namesOf } from '../words.ts';

/** Names that a person, or another machine's disk, takes for one. */
export const checkNames: Check = ({ set }) => {
  const classes = groupByKey(set.classNames.length, (i) => fold(set.classNames[i]));
  const files = set.pixels.kind === 'decoded' ? [] : groupByKey(set.numImages, (i) => foldBelow(set.id(i)));
  return [
    ...classes.map(
      (group) =>
        ({
          check: 'class-names',
          severity: 'warning',
          title: `${countOf(group.length, 'class', 'classes')} differ only in how they are written: ${namesOf(group.map((c) => set.classNames[c]))}`,
          advice:
            'Put them into one folder if they are one class: as it is, their images count as different things.',
          groups: [],
        }) as const,
    ),
    ...(files.length === 0
      ? []
      : [
          {
            check: 'file-names',
            severity: 'note',
            title: `${countOf(files.flat().length, 'name')} of files differ only in capital letters or accents`,
            advice: 'Rename them: on Windows and macOS one of them would overwrite the other.',
            groups: files.map((images) => ({ images })),
          } as const,
        ]),
  ];
};

/** Capital letters and ways to spell an accent made alike. */
function fold(name: string): string {
  return name.normalize('NFC').toLowerCase();
}

/** Files of class folders that are told as one already are not told again. */
function foldBelow(id: string): string {
  const end = id.lastIndexOf('/') + 1;
  return id.slice(0, end) + fold(id.slice(end));
}
