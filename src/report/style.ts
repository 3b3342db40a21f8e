/**
 * The look of every page: one column of sections, figures that shrink with the window, light and dark by the reader's setting, and
 * a print form without colour fields. Fonts are the reader's own, because a self-contained page cannot fetch any.
 */
export const style = `
:root {
  color-scheme: light dark;
  --paper: #fcfcfa; --card: #ffffff; --ink: #1b1f24; --soft: #5c6570; --line: #dcdfe3; --grid: #e1e4e8; --wash: #f2f4f5;
  --blue: #0072b2; --vermillion: #d55e00; --green: #009e73; --purple: #cc79a7; --amber: #b87400; --bad: #d55e00;
  --good-wash: #e5f5ef; --bad-wash: #fcebe0; --doubt-wash: #fdf3dc; --calm-wash: #e6f0f7;
  --sans: -apple-system, BlinkMacSystemFont, "Segoe UI", Inter, Roboto, "Noto Sans", "Helvetica Neue", "Liberation Sans", Arial, sans-serif;
  --mono: ui-monospace, "SF Mono", Menlo, Consolas, "Liberation Mono", monospace;
}
@media (prefers-color-scheme: dark) {
  :root {
    --paper: #121518; --card: #191d21; --ink: #e8eaec; --soft: #a2abb5; --line: #31373d; --grid: #282e34; --wash: #20252a;
    --blue: #56b4e9; --vermillion: #e69f00; --green: #1fb98c; --purple: #cc79a7; --amber: #f0b640; --bad: #ff7d4d;
    --good-wash: #11302a; --bad-wash: #3d1f16; --doubt-wash: #352b12; --calm-wash: #14293a;
  }
}
* { box-sizing: border-box; }
html { -webkit-text-size-adjust: 100%; scroll-behavior: smooth; }
body { margin: 0; background: var(--paper); color: var(--ink); font: 16px/1.55 var(--sans); }
.page { max-width: 1120px; margin: 0 auto; padding: 0 24px 64px; }
h1, h2, .verdict-sentence { font-weight: 650; letter-spacing: -.012em; text-wrap: balance; }
h1 { font-size: 1.35rem; line-height: 1.25; margin: 0; }
h2 { font-size: 1.5rem; line-height: 1.2; margin: 0 0 .35em; }
h3 { font-size: 1rem; line-height: 1.35; margin: 1.6em 0 .5em; }
p { margin: 0 0 .8em; max-width: 46em; }
a { color: var(--blue); text-underline-offset: .15em; }
a:focus-visible, summary:focus-visible, [tabindex]:focus-visible { outline: 2px solid var(--blue); outline-offset: 3px; border-radius: 3px; }
ul, ol { margin: 0 0 .8em; padding-left: 1.3em; max-width: 46em; }
li { margin-bottom: .35em; }
code, pre { font-family: var(--mono); font-size: .86em; }
code { overflow-wrap: anywhere; }
pre code { font-size: 1em; }
.whole { white-space: nowrap; }
pre { background: var(--wash); border: 1px solid var(--line); border-radius: 8px; padding: 12px 14px; margin: 0 0 1em; overflow-x: auto; white-space: pre-wrap; overflow-wrap: anywhere; }
small, .soft { color: var(--soft); }
p.key { font-size: .86rem; color: var(--soft); line-height: 1.5; margin: 14px 0 1.2em; max-width: 62em; }
small { font-size: .86rem; }

.stand-in { background: var(--doubt-wash); border-bottom: 1px solid var(--line); }
.stand-in p { max-width: 1120px; margin: 0 auto; padding: 12px 24px; font-size: .95rem; }
.tag { display: inline-block; background: var(--doubt-wash); border-radius: 99px; padding: 0 .7em; font: 500 .78rem/1.75 var(--sans); white-space: nowrap; vertical-align: .12em; }
header.top { padding: 30px 0 14px; }
header.top p { color: var(--soft); font-size: .92rem; margin: .3em 0 0; max-width: none; }
nav ul { display: flex; flex-wrap: wrap; gap: 4px 18px; list-style: none; padding: 10px 0; margin: 0 0 30px; max-width: none; border-block: 1px solid var(--line); font-size: .9rem; }
nav li { margin: 0; }
nav a { text-decoration: none; }
nav a:hover { text-decoration: underline; }
section { margin: 0 0 60px; scroll-margin-top: 16px; }
section > .lead { color: var(--soft); margin-bottom: 1.2em; }
footer { border-top: 1px solid var(--line); padding-top: 16px; color: var(--soft); font-size: .88rem; }

.verdict { border: 1px solid var(--line); border-left: 6px solid var(--tone); border-radius: 12px; background: var(--card); padding: 24px 28px 22px; margin-bottom: 22px; }
.badge { display: inline-flex; align-items: center; gap: .5em; color: var(--ink); background: var(--tone-wash); border-radius: 99px; padding: .15em .9em .15em .7em; font-weight: 600; font-size: .92rem; }
.badge i { width: .62em; height: .62em; border-radius: 50%; background: var(--tone); }
.verdict-sentence { font-size: clamp(1.3rem, 1rem + 1.5vw, 1.85rem); line-height: 1.3; margin: .55em 0 0; max-width: 32em; }
.verdict > .verdict-sentence:first-child { margin-top: 0; }
.verdict-more { margin: .7em 0 0; font-size: 1.05rem; max-width: 44em; }
.verdict-list { max-width: none; font-size: .96rem; line-height: 1.45; }
.verdict-list li { margin-bottom: .2em; }
.verdict ul { margin: .8em 0 0; }
.verdict .soft { margin: .8em 0 0; font-size: .93rem; }
.tone-helped { --tone: var(--green); --tone-wash: var(--good-wash); }
.tone-hurt { --tone: var(--bad); --tone-wash: var(--bad-wash); }
.tone-same { --tone: var(--blue); --tone-wash: var(--calm-wash); }
.tone-doubt { --tone: var(--amber); --tone-wash: var(--doubt-wash); }
.badge.plain { font-weight: 500; font-size: .82rem; white-space: nowrap; }

.columns { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 400px), 1fr)); gap: 20px 36px; align-items: start; }
.columns > * { min-width: 0; }
.columns.three { grid-template-columns: repeat(auto-fill, minmax(min(100%, 310px), 1fr)); gap: 20px 30px; }
.columns.even { align-items: stretch; margin: 26px 0 34px; }
.columns + .scroll { margin-top: 1.6em; }
.training .legend { margin: 4px 0 0; }
.columns h3:first-child { margin-top: .2em; }
.chart { margin: 0; min-width: 0; }
.chart svg { display: block; width: 100%; height: auto; }
.chart > h3, .chart > h4 { margin: 0 0 .3em; font-size: .95rem; }
.chart.forest, .chart.learning { max-width: 520px; }
.charts { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(100%, 290px), 1fr)); gap: 26px 30px; }
figcaption { color: var(--soft); font-size: .88rem; line-height: 1.45; margin-top: .35em; }
figcaption strong { color: var(--ink); font-weight: 600; }
.legend { display: flex; flex-wrap: wrap; gap: 2px 18px; list-style: none; margin: 0 0 10px; padding: 0; max-width: none; font-size: .88rem; color: var(--soft); }
.legend li { display: inline-flex; align-items: center; gap: .5em; margin: 0; }
.legend svg { flex: none; width: 26px; height: 10px; }

.pictures { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(100%, 300px), 1fr)); gap: 22px; margin-bottom: 22px; }
.pictures.three { grid-template-columns: repeat(auto-fit, minmax(min(100%, 280px), 1fr)); }
.picture { margin: 0; min-width: 0; }
.pictures.two, .pictures.broad { grid-template-columns: repeat(auto-fill, minmax(min(100%, 420px), 1fr)); }
.pictures.full { grid-template-columns: minmax(0, 1fr); }
.picture.wide { grid-column: 1 / -1; }
.picture label { display: block; cursor: zoom-in; }
.picture img { display: block; width: 100%; height: auto; border-radius: 8px; background: var(--wash); }
.picture input { position: absolute; opacity: 0; width: 1px; height: 1px; }
.picture label:has(input:focus-visible) img { outline: 2px solid var(--blue); outline-offset: 3px; }
.picture label:has(input:checked) { position: fixed; inset: 0; z-index: 9; background: rgb(10 12 14 / .95); cursor: zoom-out; padding: 2vmin; }
.picture label:has(input:checked) img { width: 100%; height: 100%; min-width: 0; max-width: none; object-fit: contain; image-rendering: pixelated; background: none; border-radius: 0; }
.pairs { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(100%, 480px), 1fr)); gap: 26px; }
.pair { display: grid; grid-template-columns: 1fr 1fr; gap: 8px; align-items: start; }
.missing { display: grid; place-items: center; min-height: 120px; padding: 12px; border: 1px dashed var(--line); border-radius: 8px; color: var(--soft); font-size: .88rem; text-align: center; }

.scroll { overflow-x: auto; margin: 0 0 1.2em; }
table { border-collapse: collapse; width: 100%; font-size: .92rem; line-height: 1.4; font-variant-numeric: tabular-nums lining-nums; }
caption { text-align: left; color: var(--soft); font-size: .88rem; padding-bottom: .6em; caption-side: top; }
caption span.told { display: inline-block; position: sticky; left: 0; max-width: min(62em, 100vw - 36px); }
th, td { text-align: left; vertical-align: top; padding: 8px 20px 8px 0; border-bottom: 1px solid var(--line); }
th:last-child, td:last-child { padding-right: 0; }
thead th { color: var(--soft); font-weight: 500; font-size: .85rem; vertical-align: bottom; border-bottom-color: var(--soft); }
tbody th { font-weight: 500; }
td.number, th.number { text-align: right; }
td.number { white-space: nowrap; }
tbody th { min-width: 8em; }
tbody th:has(small) { min-width: 13em; }
td small, th small { display: block; font-weight: 400; font-size: .82rem; }
tr.chosen th, tr.chosen td { background: var(--good-wash); }
tr.chosen th:first-child { box-shadow: -10px 0 0 var(--good-wash); }
tr.chosen td:last-child { box-shadow: 10px 0 0 var(--good-wash); }
.scroll:has(tr.chosen) { padding-inline: 10px; margin-inline: -10px; }
.swatch { display: inline-block; width: .68em; height: .68em; border-radius: 50%; margin-right: .55em; background: var(--swatch); }
.ratio { position: relative; min-width: 84px; height: 12px; margin-top: .35em; background: var(--wash); border-radius: 2px; }
.ratio i { position: absolute; inset: 0 auto 0 0; border-radius: 2px; background: var(--swatch); }
.ratio b { position: absolute; top: -3px; bottom: -3px; width: 0; border-left: 1.5px dashed var(--ink); }
.fates { display: flex; height: 20px; border-radius: 5px; overflow: hidden; gap: 2px; margin: .2em 0 .5em; }
.fates i { background: var(--swatch); min-width: 2px; }
dl.facts { display: grid; grid-template-columns: max-content minmax(0, 1fr); gap: .35em 1.6em; margin: 0 0 1em; font-size: .93rem; }
dl.facts dt { color: var(--soft); }
dl.facts dd { margin: 0; overflow-wrap: anywhere; }
.box { background: var(--card); border: 1px solid var(--line); border-radius: 12px; padding: 18px 22px; }
.box > :last-child { margin-bottom: 0; }
.box h3 { margin-top: 0; }
.notes { list-style: none; padding: 0; max-width: none; }
.notes li { border-left: 4px solid var(--tone); background: var(--tone-wash); border-radius: 0 8px 8px 0; padding: 9px 14px; margin-bottom: 10px; }
.notes p { margin: .15em 0 0; }
.notes .where { font-weight: 600; overflow-wrap: anywhere; }
details { margin: 0 0 1em; }
summary { cursor: pointer; color: var(--blue); margin-bottom: .8em; }
td:has(.hash) { min-width: 16em; }
.hash { display: block; font-size: .78rem; color: var(--soft); word-break: break-all; }

@media (max-width: 600px) {
  .page { padding: 0 16px 40px; }
  .stand-in p { padding: 10px 16px; }
  .verdict { padding: 18px 18px 16px; }
  section { margin-bottom: 44px; }
  th, td { padding-right: 13px; }
  dl.facts { grid-template-columns: 1fr; gap: 0; }
  dl.facts dd { margin-bottom: .6em; }
}
@media print {
  :root {
    --paper: #fff; --card: #fff; --ink: #000; --soft: #444; --line: #bbb; --grid: #ddd; --wash: #f2f2f2;
    --blue: #0072b2; --vermillion: #d55e00; --green: #009e73; --purple: #cc79a7; --amber: #b87400; --bad: #d55e00;
    --good-wash: #e5f5ef; --bad-wash: #fcebe0; --doubt-wash: #fdf3dc; --calm-wash: #e6f0f7;
  }
  @page { margin: 16mm 14mm; }
  body { font-size: 10.5pt; print-color-adjust: exact; -webkit-print-color-adjust: exact; }
  .page { max-width: none; padding: 0; }
  nav { display: none; }
  section { margin-bottom: 26px; }
  .verdict, .picture, .chart, .box, tr, .notes li { break-inside: avoid; }
  h2, h3, caption { break-after: avoid; }
  .scroll { overflow: visible; }
  details::details-content { content-visibility: visible; block-size: auto; }
  .pictures, .pictures.three, .charts { grid-template-columns: repeat(3, 1fr); gap: 14px; }
  .columns.three { grid-template-columns: repeat(3, 1fr); gap: 14px; }
  .columns, .pictures.two, .pictures.broad { grid-template-columns: 1fr 1fr; }
  table { font-size: 9pt; }
}
`;
