/** Messages between the lanes. */
export const MESSAGES_SCRIPT: string = String.raw`
var DRAWN_AT_ONCE = 1600, LABELLED = 70, BEATS_LABELLED = 24;
var SHORT = {
  "pre-vote-request": "pre-vote?", "pre-vote-response": "pre-vote", "vote-request": "vote?", "vote-response": "vote",
  "append-request": "append", "append-accepted": "has it", "append-rejected": "has it not", "heartbeat-request": "beat",
  "heartbeat-response": "here", "read-index-request": "read?", "read-index-response": "read", "timeout-now": "campaign!",
  "snapshot-offer": "state offered"
};
function label(m) {
  var granted = /granted:(true|false)/.exec(m[7]), upTo = /match:(\d+)/.exec(m[7]), entries = /entries:(\d+)\/(\d+)\.\.(\d+)\/(\d+)/.exec(m[7]);
  var more = granted ? (granted[1] === "true" ? " yes" : " no") : upTo ? " ≤" + upTo[1] : "";
  if (entries) more = " " + entries[2] + (entries[4] === entries[2] ? "" : "…" + entries[4]);
  return SHORT[m[5]] + more + " t" + m[6];
}
function described(m) {
  var fate = m[8] !== 0 ? FATES[m[8]] || m[8] : m[1] === null ? "still on its way" : "arrives " + ms(m[1]);
  return m[5] + " from node " + m[2] + " to " + m[3] + ", term " + m[6] + "\n" + m[7] + "\nsent " + ms(m[0]) + ", " + fate + (m[9] ? ", and again " + ms(m[9]) : "");
}
var FATES = { lost: "lost", cut: "lost: the link is cut", connection: "lost with its connection", nobody: "finds nobody", inbox: "finds no room" };
function ends(m, at) {
  var down = m[3] > m[2];
  return {
    x0: x(m[0]), y0: bandTop(m[2]) + (down ? BAND : 0),
    x1: x(at === null ? D.end : at), y1: bandTop(m[3]) + (down ? 0 : BAND)
  };
}
function drawMessages(c, width) {
  var seen = D.messages.filter(function (m) {
    return shown[m[4]] && inView(m[0], m[1] === null ? Math.min(D.end, m[0] + 50) : m[1]);
  });
  var crowded = seen.length > DRAWN_AT_ONCE;
  if (crowded) seen = seen.filter(function (m) { return m[4] === 0 || m[4] === 4 || m[5] === "append-rejected"; });
  if (seen.length > 4 * DRAWN_AT_ONCE) seen = seen.slice(-4 * DRAWN_AT_ONCE);
  c.save(); c.beginPath(); c.rect(GUTTER, 0, width - GUTTER, HEIGHT); c.clip();
  var beats = seen.filter(function (m) { return m[4] === 2; }).length;
  var labelled = function (m) { return seen.length <= LABELLED && (m[4] !== 2 || beats <= BEATS_LABELLED); };
  c.globalAlpha = seen.length > 500 ? 0.35 : seen.length > 150 ? 0.6 : 0.95;
  seen.forEach(function (m) {
    arrow(c, m, ends(m, m[1]), labelled(m));
    if (m[9]) arrow(c, m, ends(m, m[9]), false);
  });
  c.globalAlpha = 1;
  c.restore();
  return crowded;
}
function arrow(c, m, e, labelled) {
  var failed = m[8] !== 0, open = m[1] === null;
  if (failed) { var part = m[8] === "lost" || m[8] === "cut" ? 0.35 : 0.92; if (e.x1 - e.x0 < 14) e.x1 = e.x0 + 14; e.x1 = e.x0 + (e.x1 - e.x0) * part; e.y1 = e.y0 + (e.y1 - e.y0) * part; }
  if (open) { e.y1 = e.y0 + Math.sign(e.y1 - e.y0) * Math.min(40, Math.abs(e.y1 - e.y0)); }
  c.strokeStyle = c.fillStyle = failed ? colour("--cut") : colour(GROUPS[m[4]][1]);
  c.lineWidth = m[4] === 0 || m[4] === 4 ? 1.7 : 1.1;
  if (open || failed) c.setLineDash([4, 3]);
  var alpha = c.globalAlpha;
  if (open) c.globalAlpha = alpha * 0.45;
  c.beginPath(); c.moveTo(e.x0, e.y0); c.lineTo(e.x1, e.y1); c.stroke(); c.setLineDash([]); c.globalAlpha = alpha;
  if (failed) cross(c, e.x1, e.y1, 4, colour("--cut"), 1.7); else if (!open) head(c, e);
  if (labelled && !(open && e.x1 - e.x0 < 60)) along(c, label(m), e);
  hits.push([e.x0, e.y0, e.x1, e.y1, described(m), true]);
}
function head(c, e) {
  var angle = Math.atan2(e.y1 - e.y0, e.x1 - e.x0);
  c.beginPath(); c.moveTo(e.x1, e.y1);
  c.lineTo(e.x1 - 7 * Math.cos(angle - 0.4), e.y1 - 7 * Math.sin(angle - 0.4));
  c.lineTo(e.x1 - 7 * Math.cos(angle + 0.4), e.y1 - 7 * Math.sin(angle + 0.4)); c.fill();
}
var placed = [];
function along(c, text, e) {
  var wide = c.measureText(text).width, share = [0.3, 0.45, 0.6, 0.18, 0.75];
  for (var at = 0; at < share.length; at++) {
    var left = e.x0 + (e.x1 - e.x0) * share[at] + 5, y = e.y0 + (e.y1 - e.y0) * share[at];
    if (onBand(y) || placed.some(function (p) { return Math.abs(p[1] - y) < 12 && left < p[0] + p[2] + 4 && p[0] < left + wide + 4; })) continue;
    placed.push([left, y, wide]);
    c.textAlign = "left";
    var ink = c.fillStyle;
    c.globalAlpha = 0.8; c.fillStyle = colour("--panel"); c.fillRect(left - 2, y - 7, wide + 4, 14); c.globalAlpha = 1;
    c.fillStyle = ink; c.fillText(text, left, y);
    return;
  }
}
function onBand(y) {
  for (var node = 0; node < N; node++) if (y > bandTop(node) - 8 && y < bandTop(node) + BAND + 8) return true;
  return false;
}
function drawHeld(c, width) {
  if (!D.held || !inView(D.end, D.end)) return;
  var m = D.held, e = ends(m, null);
  e.x0 = x(D.end); e.x1 = Math.min(width - 8, e.x0 + 40);
  c.strokeStyle = c.fillStyle = colour("--broken"); c.lineWidth = 3; c.setLineDash([6, 3]);
  c.beginPath(); c.moveTo(e.x0, e.y0); c.lineTo(e.x1, e.y1); c.stroke(); c.setLineDash([]); c.lineWidth = 2; head(c, e);
  c.font = "600 11px system-ui, 'DejaVu Sans', sans-serif"; c.textAlign = "right";
  var text = label(m), y = e.y0 + (e.y1 - e.y0) * (Math.abs(m[2] - m[3]) > 1 ? 0.2 : 0.5), wide = c.measureText(text).width;
  c.fillStyle = colour("--panel"); c.fillRect(e.x0 - wide - 14, y - 8, wide + 8, 16);
  c.fillStyle = colour("--broken"); c.fillText(text, e.x0 - 10, y);
  c.font = "11px system-ui, 'DejaVu Sans', sans-serif"; c.textAlign = "left"; c.lineWidth = 1;
  hits.push([e.x0, e.y0, e.x1, e.y1, "about to leave when the promise was broken:\n" + described(m).replace(/\nsent.*/, ""), true]);
}
`;
