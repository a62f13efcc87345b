/**
 * The group of a class by its name: what stands before the last `/`, as in `Greek/character01`; '' for a class without
 * a group.
 */
export function groupOfClass(className: string): string {
  const end = className.lastIndexOf('/');
  return end < 0 ? '' : className.slice(0, end);
}
