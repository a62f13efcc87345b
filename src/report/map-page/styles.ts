/** The style sheet of the map page: light and dark, phone and desk. */
export const MAP_STYLES = `
:root { color-scheme: light dark;
  --paper: #fcfbf9; --card: #ffffff; --ink: #1d1c1a; --muted: #6a675f; --rule: #e3dfd6; --right: #0969b0; --wrong: #c24e00; }
@media (prefers-color-scheme: dark) { :root {
  --paper: #151517; --card: #1c1c1f; --ink: #ecebe8; --muted: #a19e97; --rule: #323136; --right: #63b4f2; --wrong: #f5935a; } }
* { box-sizing: border-box; } [hidden] { display: none !important; }
html, body { height: 100%; margin: 0; }
body { display: grid; grid-template: auto minmax(0, 1fr) / minmax(0, 1fr) 280px; background: var(--paper); color: var(--ink);
  font: 15px/1.5 ui-sans-serif, system-ui, -apple-system, "Segoe UI", Roboto, sans-serif; font-variant-numeric: tabular-nums; }
header { grid-column: 1 / -1; padding: 14px 20px 12px; border-bottom: 1px solid var(--rule); }
h1 { margin: 0; font-size: 1.15rem; font-weight: 650; letter-spacing: -.012em; overflow-wrap: anywhere; }
header p { margin: 2px 0 0; color: var(--muted); font-size: .86rem; max-width: 100ch; }
.stage { display: grid; grid-template-rows: minmax(0, 1fr) auto; min-width: 0; min-height: 0; }
#map { display: block; width: 100%; height: 100%; touch-action: none; cursor: grab; color: var(--muted); }
#map:active { cursor: grabbing; }
:focus-visible { outline: 2px solid var(--right); outline-offset: -2px; }
.tools { padding: 10px 14px; border-top: 1px solid var(--rule); display: flex; gap: 6px; align-items: center; flex-wrap: wrap; }
button, .tools label, input[type=search] { font: inherit; color: inherit; background: var(--card); border: 1px solid var(--rule); border-radius: 8px; }
.tools button { min-width: 40px; height: 40px; font-size: 1.05rem; cursor: pointer; }
.tools #fit { padding: 0 12px; font-size: .9rem; }
.tools label { height: 40px; display: flex; align-items: center; gap: 7px; padding: 0 12px; font-size: .9rem; cursor: pointer; }
aside { border-left: 1px solid var(--rule); overflow-y: auto; padding: 16px 18px 24px; min-height: 0; }
h2 { font-size: .84rem; font-weight: 550; color: var(--muted); margin: 14px 0 8px; }
#card { padding-bottom: 16px; margin-bottom: 16px; border-bottom: 1px solid var(--rule); }
.head .picture { width: 100%; max-width: 180px; border-radius: 8px; }
.picture { display: block; aspect-ratio: 1; image-rendering: pixelated; background: #000; }
.words { margin-top: 10px; } .words b { display: block; border-left: 5px solid; padding-left: 9px; font-size: 1.05rem; font-weight: 620; overflow-wrap: anywhere; }
.name { display: block; color: var(--muted); font-size: .84rem; overflow-wrap: anywhere; margin-top: 3px; }
ul { list-style: none; margin: 0; padding: 0; }
.nearest { display: grid; grid-template-columns: repeat(3, minmax(0, 1fr)); gap: 8px; }
.nearest button { width: 100%; padding: 4px; cursor: pointer; } .nearest .picture { width: 100%; border-radius: 4px; }
.nearest span { font-size: .76rem; } .nearest .right span { color: var(--right); } .nearest .wrong span { color: var(--wrong); } .nearest .wrong { border-style: dashed; border-color: var(--wrong); }
.hint { color: var(--muted); font-size: .84rem; margin: 0 0 14px; }
.choose { display: flex; gap: 6px; margin-bottom: 8px; } .choose button { padding: 5px 11px; cursor: pointer; font-size: .86rem; }
input[type=search] { flex: 1; min-width: 0; padding: 5px 10px; }
#legend label { display: flex; gap: 9px; align-items: center; min-height: 32px; cursor: pointer; }
#legend i { flex: none; width: 12px; height: 12px; border-radius: 50%; } #legend .class { flex: 1; min-width: 0; overflow: hidden; text-overflow: ellipsis; white-space: nowrap; } .count { color: var(--muted); font-size: .82rem; }
@media (max-width: 700px) {
  body { grid-template: auto minmax(0, 62fr) minmax(0, 38fr) / minmax(0, 1fr); }
  header { padding: 10px 14px 8px; } header p { font-size: .8rem; }
  aside { border-left: 0; border-top: 1px solid var(--rule); padding: 12px 14px 20px; }
  .head { display: flex; gap: 14px; } .head .picture { width: 104px; flex: none; } .words { margin-top: 0; }
  .nearest { grid-template-columns: repeat(6, minmax(0, 1fr)); gap: 5px; } .nearest button { padding: 2px; } .nearest span { font-size: .66rem; }
  .tools { padding: 8px 10px; } }
`;
