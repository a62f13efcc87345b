// Line icons on a grid of 24, drawn for this page; all are decoration beside a word.

const PATHS = {
  compare: 'M4 6.5h6.5v11H4zM13.5 6.5H20v11h-6.5z',
  search: 'M10.5 17a6.5 6.5 0 1 0 0-13 6.5 6.5 0 0 0 0 13zM15.5 15.5 20 20',
  map: 'M6 7.5h.01M11 5.5h.01M8.5 11h.01M16 8h.01M18.5 13h.01M14.5 15.5h.01M6.5 17.5h.01M19 18.5h.01',
  duplicates: 'M4 4h11v11H4zM9 15v5h11V9h-5',
  teach: 'M3 9.5 12 5l9 4.5-9 4.5zM7 12v4.5c2.8 2 7.2 2 10 0V12',
  report: 'M4 20V4M4 20h16M7.5 15.5l4-5 3 2.5L20 6.5',
  sun: 'M12 16.5a4.5 4.5 0 1 0 0-9 4.5 4.5 0 0 0 0 9zM12 2.5v2M12 19.5v2M2.5 12h2M19.5 12h2M5.3 5.3l1.4 1.4M17.3 17.3l1.4 1.4M5.3 18.7l1.4-1.4M17.3 6.7l1.4-1.4',
  moon: 'M20 14.5A8.5 8.5 0 0 1 9.5 4 8.5 8.5 0 1 0 20 14.5z',
  photo: 'M3.5 5.5h17v13h-17zM3.5 16l5-5 4 4 3-3 5 5M15.5 9.5h.01',
  camera: 'M3.5 7.5h4l1.5-2.5h6l1.5 2.5h4v11h-17zM12 16a3.2 3.2 0 1 0 0-6.4 3.2 3.2 0 0 0 0 6.4z',
  close: 'M6 6l12 12M18 6 6 18',
  folder: 'M3.5 6h6l2 2.5h9v10h-17z',
  check: 'M5 12.5l4.5 4.5L19 7.5',
  plus: 'M12 5v14M5 12h14',
  minus: 'M5 12h14',
  download: 'M12 4v11M7.5 11 12 15.5 16.5 11M5 19.5h14',
  undo: 'M8 5 4 9l4 4M4 9h10a5.5 5.5 0 0 1 0 11h-3',
  cube: 'M12 3.5l7.5 4.2v8.6L12 20.5l-7.5-4.2V7.7zM4.5 7.7 12 12l7.5-4.3M12 12v8.5',
  leave: 'M10 4H5v16h5M14.5 8l4 4-4 4M9 12h9.5',
  lasso:
    'M12 4.5c4.7 0 8.5 2.3 8.5 5.3s-3.8 5.3-8.5 5.3-8.5-2.3-8.5-5.3 3.8-5.3 8.5-5.3zM7.5 14.3c-1.7 1-1.8 2.7-.3 3.4 1.3.6 1.3 2-.2 2.6',
  fit: 'M4 9V4h5M20 9V4h-5M4 15v5h5M20 15v5h-5',
} as const;

export type IconName = keyof typeof PATHS;

export function Icon({ name, size = 20 }: { readonly name: IconName; readonly size?: number }) {
  return (
    <svg class={`icon icon-${name}`} width={size} height={size} viewBox="0 0 24 24" aria-hidden="true">
      <path d={PATHS[name]} />
    </svg>
  );
}
