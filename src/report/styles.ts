/** The report's style sheet: light and dark, phone to desk, and paper. */
export const STYLES = `
:root { color-scheme: light dark;
  --paper: #fcfbf9; --card: #ffffff; --ink: #1d1c1a; --muted: #6a675f; --rule: #e3dfd6;
  --similar: #0969b0; --dissimilar: #c24e00; --third: #007f68; --fourth: #9a4f86;
  --similar-soft: #0969b014; --dissimilar-soft: #c24e0016; }
@media (prefers-color-scheme: dark) { :root {
  --paper: #151517; --card: #1c1c1f; --ink: #ecebe8; --muted: #a19e97; --rule: #323136;
  --similar: #63b4f2; --dissimilar: #f5935a; --third: #3fc2a4; --fourth: #d391c0;
  --similar-soft: #63b4f21c; --dissimilar-soft: #f5935a1f; } }
* { box-sizing: border-box; }
body { margin: 0; background: var(--paper); color: var(--ink);
  font: 16px/1.55 ui-sans-serif, system-ui, -apple-system, "Segoe UI", Roboto, sans-serif;
  font-variant-numeric: tabular-nums; -webkit-text-size-adjust: 100%; }
main { max-width: 1080px; margin: 0 auto; padding: 56px 24px 80px; }
header p { margin: 0; color: var(--muted); max-width: 62ch; }
h1 { font-size: clamp(1.7rem, 4.5vw, 2.5rem); line-height: 1.15; letter-spacing: -.022em; font-weight: 650; margin: 0 0 12px; overflow-wrap: anywhere; }
h2 { font-size: 1.3rem; letter-spacing: -.012em; font-weight: 620; margin: 64px 0 4px; }
h3 { font-size: 1rem; font-weight: 620; margin: 28px 0 10px; }
header .notice { border-left: 3px solid var(--dissimilar); padding-left: 14px; margin-top: 14px; }
header .notice b { color: var(--ink); }
.lead { color: var(--muted); margin: 0 0 20px; max-width: 66ch; }
.tiles { display: grid; grid-template-columns: repeat(auto-fit, minmax(150px, 1fr)); gap: 0 32px; margin: 40px 0 0; padding: 0; list-style: none; }
.tiles li { border-top: 2px solid var(--ink); padding: 12px 0 18px; }
.tiles .name { display: block; font-size: .86rem; color: var(--muted); }
.tiles .value { display: block; font-size: 1.85rem; line-height: 1.3; white-space: nowrap; letter-spacing: -.03em; font-weight: 620; }
.tiles .note { display: block; font-size: .82rem; color: var(--muted); }
.scroll { overflow-x: auto; }
.tall { max-height: 26rem; overflow-y: auto; }
.tall thead th { position: sticky; top: 0; background: var(--paper); }
.kept { background: var(--similar-soft); }
td.aside, th.aside { padding-left: 20px; padding-right: 0; white-space: nowrap; }
table { border-collapse: collapse; width: 100%; font-size: .93rem; }
th, td { text-align: left; padding: 8px 16px 8px 0; border-bottom: 1px solid var(--rule); vertical-align: top; }
thead th { font-weight: 500; color: var(--muted); font-size: .84rem; border-bottom-color: var(--muted); white-space: nowrap; }
tbody th { font-weight: 500; }
td.number, th.number { text-align: right; padding-right: 0; padding-left: 20px; white-space: nowrap; }
td.quiet, td .quiet { color: var(--muted); }
.figures { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 400px), 1fr)); gap: 36px 40px; margin-top: 24px; }
.figures > * { margin: 0; min-width: 0; }
.plot { display: block; width: 100%; height: auto; }
.figures figcaption { font-size: .87rem; color: var(--muted); margin-top: 6px; }
.figures figcaption b { color: var(--ink); font-weight: 620; display: block; }
.confusion { margin: 34px 0 22px; table-layout: fixed; font-size: .95rem; }
.confusion th { color: var(--muted); font-size: .84rem; font-weight: 500; border: 0; padding: 6px 8px 6px 0; vertical-align: middle; }
.confusion td { border: 3px solid var(--paper); padding: 18px 14px; border-radius: 9px; }
.confusion b { display: block; font-size: 1.35rem; font-weight: 620; letter-spacing: -.02em; }
.confusion span { font-size: .84rem; color: var(--muted); }
.confusion .right { background: var(--similar-soft); } .confusion .wrong { background: var(--dissimilar-soft); }
ul.pairs, ul.searches, ol.found { list-style: none; margin: 0; padding: 0; }
.pairs { display: grid; grid-template-columns: repeat(auto-fill, minmax(172px, 1fr)); gap: 14px; }
.pair { background: var(--card); border: 1px solid var(--rule); border-radius: 10px; padding: 10px; break-inside: avoid; min-width: 0; }
.images { display: grid; grid-template-columns: 1fr 1fr; gap: 6px; }
.picture { margin: 0; min-width: 0; }
.picture img { display: block; width: 100%; aspect-ratio: 1; object-fit: contain; image-rendering: pixelated; border-radius: 5px; background: #000; }
.picture figcaption { font-size: .76rem; color: var(--muted); margin-top: 3px; white-space: nowrap; overflow: hidden; text-overflow: ellipsis; }
.pair p { margin: 6px 0 0; font-size: .78rem; line-height: 1.4; }
.pair .verdict b { font-weight: 620; } .pair .verdict span, .facts { color: var(--muted); }
.pair .facts { margin-top: 1px; }
.right .verdict b, .found .right span { color: var(--similar); }
.wrong .verdict b, .found .wrong span { color: var(--dissimilar); }
.searches { display: grid; gap: 18px; }
.search { display: grid; grid-template-columns: 96px 1fr; gap: 20px; align-items: start; break-inside: avoid; }
.query { border-right: 1px solid var(--rule); padding-right: 16px; }
.found { display: grid; grid-template-columns: repeat(auto-fill, minmax(76px, 1fr)); gap: 10px 8px; }
.found img { display: block; width: 100%; aspect-ratio: 1; object-fit: contain; image-rendering: pixelated; border-radius: 5px; background: #000; border-bottom: 3px solid var(--similar); }
.found .wrong img { border-bottom: 3px dashed var(--dissimilar); }
.found span { display: block; font-size: .74rem; margin-top: 2px; white-space: nowrap; }
.columns { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 320px), 1fr)); gap: 0 56px; }
.columns td { overflow-wrap: anywhere; } .columns th { overflow-wrap: break-word; }
.nothing { color: var(--muted); }
code { font: .86em ui-monospace, SFMono-Regular, Menlo, monospace; overflow-wrap: anywhere; }
footer { margin-top: 72px; padding-top: 16px; border-top: 1px solid var(--rule); color: var(--muted); font-size: .84rem; }
@media (max-width: 560px) { main { padding: 32px 16px 56px; } h2 { margin-top: 48px; }
  .tiles { grid-template-columns: 1fr 1fr; gap: 0 20px; } .tiles .value { font-size: 1.5rem; }
  .pairs { grid-template-columns: 1fr 1fr; gap: 10px; } .search { grid-template-columns: 60px 1fr; gap: 12px; } .query { padding-right: 10px; } .found { grid-template-columns: repeat(4, 1fr); }
  th, td { padding-right: 8px; } td.number, th.number { padding-left: 10px; } table { font-size: .86rem; } }
@media print { :root { --paper: #fff; --card: #fff; --ink: #000; --muted: #555; --rule: #ddd; --similar: #0969b0; --dissimilar: #c24e00; --third: #007f68; --fourth: #9a4f86; --similar-soft: #0969b014; --dissimilar-soft: #c24e0016; }
  :root, body { font-size: 12px; } main { max-width: none; padding: 0; } h2 { margin-top: 32px; } h2, h3, .lead, thead { break-after: avoid; }
  figure, tr, .pair, .search, .tiles { break-inside: avoid; } * { print-color-adjust: exact; -webkit-print-color-adjust: exact; }
  .tiles { grid-template-columns: repeat(5, 1fr); gap: 0 18px; margin-top: 20px; } .tiles .value { font-size: 1.5rem; }
  .figures { grid-template-columns: 1fr 1fr; gap: 18px 24px; } .columns { grid-template-columns: 1fr 1fr; gap: 0 32px; }
  th, td { padding-top: 3px; padding-bottom: 3px; } .confusion td { padding: 10px; } .tall, .scroll { max-height: none; overflow: visible; }
  .pairs { grid-template-columns: repeat(5, 1fr); gap: 8px; } .found { grid-template-columns: repeat(7, 62px); } .search { grid-template-columns: 62px 1fr; } .searches { gap: 8px; } footer { margin-top: 12px; } }
`;
