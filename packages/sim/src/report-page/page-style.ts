/** How the page looks, by day and by night; the script takes its colours from here. */
export const PAGE_STYLE = `
:root{color-scheme:light dark;
--bg:#fbfbfa;--panel:#fff;--text:#1c2024;--dim:#667078;--line:#dfe2e6;--lane:#f3f4f6;
--follower:#9db7d5;--pre-candidate:#e8c35a;--candidate:#e08a2e;--leader:#2f9e5f;--learner:#b7a3d9;--outsider:#cfd3d8;--starting:#e3e6ea;
--down:#c9ccd1;--pause:#5b6470;--stall:#a6611a;--cut:#d6453d;--broken:#c8202f;--ok:#1f8a4c;
--vote:#c26a00;--append:#2a6fc9;--heartbeat:#a9b0b8;--read:#0f8b8d;--state:#8b46b8;
--write-op:#2f9e5f;--read-op:#2a6fc9;--refused:#aab0b7;--unknown:#d98a00;--last:#b9c0c8;--commit:#2a6fc9;--applied:#2f9e5f}
@media (prefers-color-scheme:dark){:root{
--bg:#14171a;--panel:#1b1f23;--text:#e7eaed;--dim:#98a2ab;--line:#31373d;--lane:#20252a;
--follower:#49678a;--pre-candidate:#b08d2a;--candidate:#c9741f;--leader:#2f9e5f;--learner:#7861a8;--outsider:#454c54;--starting:#363c43;
--down:#3a4046;--pause:#c3cad1;--stall:#d08a3e;--cut:#f0625a;--broken:#ff5f6b;--ok:#4cc07d;
--vote:#f0a53c;--append:#6aa6f2;--heartbeat:#59626b;--read:#3fc1c3;--state:#c08be8;
--write-op:#3fb873;--read-op:#6aa6f2;--refused:#6d757d;--unknown:#f0b23c;--last:#59626b;--commit:#6aa6f2;--applied:#3fb873}}
*{box-sizing:border-box}
body{margin:0 auto;max-width:1600px;padding:20px 24px 48px;background:var(--bg);color:var(--text);
font:14px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,"DejaVu Sans",sans-serif}
h1{font-size:21px;margin:0 0 10px}h2{font-size:15px;margin:24px 0 8px}h3{font-size:13px;margin:10px 0 4px;color:var(--dim)}
.verdict{border-left:4px solid var(--ok);background:var(--panel);padding:9px 14px;margin:0 0 8px;border-radius:3px;overflow-wrap:anywhere}
.verdict.broken{border-color:var(--broken);display:flex;gap:14px;align-items:baseline}
.verdict.broken strong{color:var(--broken);font-size:16px;white-space:nowrap;flex:none}.verdict p{margin:0}
.figures,.omitted,.hint{color:var(--dim);font-size:12.5px;margin:4px 0}
.chart{background:var(--panel);border:1px solid var(--line);border-radius:6px;padding:10px 12px 12px;margin-top:14px;position:relative}
.tools{display:flex;flex-wrap:wrap;gap:6px 14px;align-items:center;margin-bottom:8px}
.hint{margin-left:auto}
button,.chip{font:inherit;font-size:12.5px;color:var(--text);background:var(--lane);border:1px solid var(--line);border-radius:4px;padding:2px 9px;cursor:pointer}
.chip{display:inline-flex;align-items:center;gap:6px;margin-right:4px}
.chip[aria-pressed=false]{opacity:.45;text-decoration:line-through}
.chip i,.legend i{display:inline-block;width:12px;height:10px;border-radius:2px;flex:none}
canvas{display:block;width:100%;touch-action:pan-y}
#overview{margin-bottom:6px;cursor:pointer;border-radius:3px}
#lanes{cursor:grab;outline-offset:2px}#lanes:active{cursor:grabbing}
#tip{position:absolute;z-index:2;max-width:440px;background:var(--text);color:var(--bg);font-size:12.5px;line-height:1.4;padding:5px 9px;border-radius:4px;pointer-events:none;white-space:pre-line;overflow-wrap:anywhere}
.legend{display:flex;flex-wrap:wrap;gap:4px 16px;font-size:12px;color:var(--dim);margin-top:10px}
.legend span{display:inline-flex;align-items:center;gap:6px}
pre{background:var(--panel);border:1px solid var(--line);border-radius:4px;padding:9px 12px;overflow:auto;font-size:12px;margin:6px 0}
pre.events{max-height:420px}
summary{cursor:pointer;font-weight:600;margin-top:20px}
table{border-collapse:collapse;font-size:13px}td,th{padding:2px 14px 2px 0;text-align:left;vertical-align:top;font-weight:normal}
th{color:var(--dim)}td:first-child{white-space:nowrap;font-variant-numeric:tabular-nums}
.options{display:flex;flex-wrap:wrap;gap:4px 40px}
@media (max-width:900px){body{padding:12px 12px 32px}.hint{display:none}}
`;
