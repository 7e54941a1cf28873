import { Html } from './html.ts'

/** The look of the page: light or dark as the reader's system says, and light on paper. */
export const style = new Html(`
:root { color-scheme: light dark; --paper: #fff; --ink: #1d2329; --quiet: #57616b; --line: #dde2e7; --card: #f5f7f9;
  --allowed: #5b8db8; --refused: #c4411a; --before: #97a3af; --draft: #3d6c96; }
@media (prefers-color-scheme: dark) { :root { --paper: #14181c; --ink: #e7ebef; --quiet: #a3aeb9; --line: #313a43;
  --card: #1d2329; --allowed: #5586b0; --refused: #ff8552; --before: #74808c; --draft: #7fb0dd; } }
@media print { :root { color-scheme: light; --paper: #fff; --ink: #000; --quiet: #444; --line: #ccc; --card: #f5f5f5;
  --allowed: #7fa8cb; --refused: #b0330c; --before: #97a3af; --draft: #3d6c96; }
  section, figure, .tiles { break-inside: avoid; } * { print-color-adjust: exact; -webkit-print-color-adjust: exact; } }
* { box-sizing: border-box; }
body { margin: 0 auto; padding: 2rem 1.25rem 4rem; max-width: 66rem; background: var(--paper); color: var(--ink);
  font: 1rem/1.5 system-ui, "DejaVu Sans", sans-serif; }
h1 { font-size: 1.6rem; line-height: 1.25; margin: 0 0 .75rem; }
h2 { font-size: 1.15rem; margin: 2.5rem 0 .35rem; }
p { margin: .35rem 0; max-width: 46rem; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: .15rem 1rem; margin: 0; }
dt { color: var(--quiet); } dd { margin: 0; overflow-wrap: anywhere; }
.tiles { display: grid; grid-template-columns: repeat(auto-fit, minmax(9.5rem, 1fr)); gap: .75rem; margin: 1.5rem 0 0; padding: 0; list-style: none; }
.tiles li { background: var(--card); border: 1px solid var(--line); border-radius: .5rem; padding: .7rem .9rem; }
.tiles strong { display: block; font-size: 1.55rem; line-height: 1.2; font-variant-numeric: tabular-nums; }
.tiles span { color: var(--quiet); font-size: .875rem; }
figure { margin: .75rem 0 0; overflow-x: auto; }
svg { display: block; width: 100%; min-width: 40rem; height: auto; font: 12px system-ui, "DejaVu Sans", sans-serif; }
.grid, .tick { stroke: var(--line); } .axis { stroke: var(--quiet); }
.label, .value { fill: var(--quiet); font-variant-numeric: tabular-nums; } .name, .panel { fill: var(--ink); }
.panel { font-weight: 600; font-size: 13px; } .value { font-size: 11px; }
rect.allowed { fill: var(--allowed); } rect.refused { fill: var(--refused); }
rect.before { fill: var(--before); } rect.draft { fill: var(--draft); }
.legend { display: flex; flex-wrap: wrap; gap: .25rem 1.25rem; color: var(--quiet); font-size: .875rem; margin: .5rem 0 0; padding: 0; list-style: none; }
.legend i { display: inline-block; width: .8rem; height: .8rem; border-radius: .15rem; margin-right: .4rem; vertical-align: -.08rem; }
i.allowed { background: var(--allowed); } i.refused { background: var(--refused); }
i.before { background: var(--before); } i.draft { background: var(--draft); }
details { margin: .75rem 0 0; } summary { cursor: pointer; color: var(--quiet); }
.scroll { overflow-x: auto; margin-top: .5rem; }
table { border-collapse: collapse; width: 100%; font-size: .875rem; font-variant-numeric: tabular-nums; }
caption { text-align: left; color: var(--quiet); padding-bottom: .35rem; }
th, td { overflow-wrap: normal; padding: .35rem .6rem; border-bottom: 1px solid var(--line); text-align: right; vertical-align: top; }
thead th { color: var(--quiet); font-weight: 600; vertical-align: bottom; } tbody th { font-weight: 500; overflow-wrap: break-word; max-width: 22rem; }
.text { text-align: left; } small { color: var(--quiet); white-space: nowrap; } small.wrap { white-space: normal; }
code { font: .85em ui-monospace, "DejaVu Sans Mono", monospace; overflow-wrap: anywhere; }
.notes { color: var(--quiet); font-size: .9rem; padding-left: 1.2rem; max-width: 46rem; }
`)
