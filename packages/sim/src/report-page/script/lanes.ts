/** Everything but messages: time, faults, nodes, clients, the violation. */
export const LANES_SCRIPT: string = String.raw`
function drawAxis(c, width) {
  var by = step(view.to - view.from, width - GUTTER);
  c.fillStyle = colour("--dim"); c.strokeStyle = colour("--line"); c.textAlign = "center"; c.lineWidth = 1;
  for (var t = Math.ceil(view.from / by) * by; t <= view.to; t += by) {
    if (x(t) < GUTTER + 20) continue;
    c.beginPath(); c.moveTo(x(t), AXIS - 2); c.lineTo(x(t), HEIGHT - 4); c.stroke();
    c.fillText(ms(t), Math.min(x(t), width - 26), 9);
  }
  c.textAlign = "left";
  D.phases.forEach(function (phase, at) {
    var to = at + 1 < D.phases.length ? D.phases[at + 1][0] : D.end;
    if (!inView(phase[0], to)) return;
    var x0 = Math.max(GUTTER, x(phase[0])), x1 = Math.min(width, x(to));
    c.fillStyle = colour(phase[1] === "storm" ? "--pause" : "--line"); c.fillRect(x0, 18, Math.max(1, x1 - x0 - 1), 13);
    c.fillStyle = colour(phase[1] === "storm" ? "--panel" : "--text"); clipped(c, phase[1], x0 + 5, 25, x1 - x0 - 8);
  });
  c.fillStyle = colour("--dim"); c.fillText("phase", 4, 25);
}
function clipped(c, text, left, middle, room) {
  if (room < 14) return false;
  if (c.measureText(text).width > room) {
    while (text.length > 1 && c.measureText(text + "…").width > room) text = text.slice(0, -1);
    if (text.length < 3) return false;
    text += "…";
  }
  c.fillText(text, left, middle);
  return true;
}
function drawFaults(c, width) {
  c.fillStyle = colour("--dim"); c.textAlign = "left";
  if (FAULT_ROWS === 0) return;
  c.fillText("faults", 4, AXIS + 10);
  var most = FAULT_ROWS - 1, seen = D.faults.filter(function (fault) { return inView(fault[0], fault[0]); });
  var ends = [0, 0, 0], marks = [0, 0, 0];
  seen.forEach(function (fault, at) {
    var left = x(fault[0]);
    if (left < GUTTER) return;
    var row = 0;
    while (row < most && ends[row] > left - 4) row++;
    var y = AXIS + 10 + row * 14;
    if (marks[row] > left - 1) { hit(left - 3, AXIS + 4, left + 3, AXIS + FAULTS, ms(fault[0]) + "  " + fault[2]); return; }
    marks[row] = left;
    c.fillStyle = colour("--cut");
    c.beginPath(); c.moveTo(left - 4, y - 4); c.lineTo(left + 4, y - 4); c.lineTo(left, y + 4); c.fill();
    hit(left - 5, y - 6, left + 5, y + 6, ms(fault[0]) + "  " + fault[2]);
    var next = seen.length > 60 ? 0 : width - left - 12;
    seen.slice(at + 1, at + 4).forEach(function (later) { if (row === most) next = Math.min(next, x(later[0]) - left - 14); });
    c.fillStyle = colour("--text");
    var room = Math.min(next, 280);
    if (ends[row] <= left - 4 && clipped(c, fault[2], left + 8, y, room)) {
      ends[row] = left + 14 + Math.min(room, c.measureText(fault[2]).width);
    }
  });
}
function drawNode(c, node, width) {
  var story = D.nodes[node], top = bandTop(node), under = top + BAND + 6;
  c.fillStyle = colour("--lane"); c.fillRect(GUTTER, top - 4, width - GUTTER, BAND + GROUND + 14);
  D.cuts.forEach(function (cut) {
    if ((cut[2] !== node && cut[3] !== node) || !inView(cut[0], cut[1])) return;
    var x0 = Math.max(GUTTER, x(cut[0])), x1 = Math.min(width, x(cut[1]));
    c.fillStyle = colour("--cut");
    c.globalAlpha = 0.07; c.fillRect(x0, top - 4, x1 - x0, BAND + GROUND + 14);
    c.globalAlpha = 0.4; c.fillRect(x0, top + BAND + 1, x1 - x0, 3); c.globalAlpha = 1;
    hit(x0, top + BAND, x1, top + BAND + 6, "link " + cut[2] + " → " + cut[3] + " cut, " + ms(cut[0]) + " to " + ms(cut[1]));
  });
  drawProgress(c, story, under, width);
  drawLife(c, node, story, top, width);
  c.fillStyle = colour("--text"); c.textAlign = "left"; c.font = "600 12px system-ui, 'DejaVu Sans', sans-serif";
  c.fillText("node " + node, 4, top + BAND / 2);
  c.font = "11px system-ui, 'DejaVu Sans', sans-serif"; c.fillStyle = colour("--dim");
  var now = lastOf(story.progress, view.to);
  if (story.lives.length === 0) c.fillText("never started", 4, under + GROUND / 2);
  if (now) c.fillText(now[1] + " / " + now[2] + " / " + now[3], 4, under + GROUND / 2);
}
function lastOf(list, t) {
  var found;
  for (var at = 0; at < list.length && list[at][0] <= t; at++) found = list[at];
  return found;
}
function drawLife(c, node, story, top, width) {
  c.fillStyle = colour("--down"); c.globalAlpha = 0.5; c.fillRect(GUTTER, top + BAND / 2 - 1, Math.min(width, x(D.end)) - GUTTER, 2); c.globalAlpha = 1;
  story.roles.forEach(function (role) {
    if (!inView(role[0], role[1])) return;
    var x0 = Math.max(GUTTER, x(role[0])), x1 = Math.min(width, x(role[1])), wide = Math.max(1, x1 - x0);
    c.fillStyle = colour("--" + role[2]); c.fillRect(x0, top, wide, BAND);
    c.fillStyle = colour("--bg"); if (wide > 3) c.fillRect(x0, top, 1, BAND);
    c.fillStyle = role[2] === "leader" || role[2] === "candidate" ? "#fff" : colour("--text"); c.textAlign = "left";
    if (!clipped(c, "term " + role[3] + (wide > 110 ? " · " + role[2] : ""), x0 + 5, top + BAND / 2 + 1, wide - 8)) clipped(c, "" + role[3], x0 + 3, top + BAND / 2 + 1, wide - 3);
    hit(x0, top, x1, top + BAND, "node " + node + " " + role[2] + " in term " + role[3] + "\n" + ms(role[0]) + " to " + ms(role[1]));
  });
  story.pauses.forEach(function (span) { overlay(c, span, top, width, "--pause", "node " + node + " stands still"); });
  story.stalls.forEach(function (span) {
    if (!inView(span[0], span[1])) return;
    var x0 = Math.max(GUTTER, x(span[0])), x1 = Math.min(width, x(span[1]));
    c.fillStyle = colour("--stall"); c.fillRect(x0, top + BAND - 4, x1 - x0, 4);
    hit(x0, top + BAND - 5, x1, top + BAND, "the disk of node " + node + " stalls\n" + ms(span[0]) + " to " + ms(span[1]));
  });
  story.lives.forEach(function (life, at) {
    if (at > 0 && inView(life[0], life[0]) && x(life[0]) >= GUTTER) {
      c.fillStyle = colour("--ok"); c.beginPath(); c.moveTo(x(life[0]), top - 3); c.lineTo(x(life[0]) + 8, top + BAND / 2); c.lineTo(x(life[0]), top + BAND + 3); c.fill();
      hit(x(life[0]) - 3, top - 3, x(life[0]) + 8, top + BAND + 3, ms(life[0]) + "  node " + node + " starts again");
    }
    if (life[2] !== "" && inView(life[1], life[1]) && x(life[1]) >= GUTTER) {
      cross(c, x(life[1]), top + BAND / 2, life[3] ? 8 : 6, colour("--cut"), 2.5);
      hit(x(life[1]) - 8, top - 3, x(life[1]) + 8, top + BAND + 3, ms(life[1]) + "  node " + node + (life[3] ? " loses power: " : " ends: ") + life[2]);
    }
  });
  story.marks.forEach(function (mark) {
    if (!inView(mark[0], mark[0]) || x(mark[0]) < GUTTER) return;
    var left = x(mark[0]), y = top - 9;
    c.fillStyle = colour(mark[1] === "snapshot" ? "--state" : "--vote");
    c.beginPath(); c.moveTo(left, y - 5); c.lineTo(left + 5, y); c.lineTo(left, y + 5); c.lineTo(left - 5, y); c.fill();
    hit(left - 6, y - 6, left + 6, y + 6, ms(mark[0]) + "  node " + node + (mark[1] === "snapshot" ? " " : " has a configuration: ") + mark[2]);
  });
}
function overlay(c, span, top, width, name, text) {
  if (!inView(span[0], span[1])) return;
  var x0 = Math.max(GUTTER, x(span[0])), x1 = Math.min(width, x(span[1]));
  c.save(); c.beginPath(); c.rect(x0, top, Math.max(2, x1 - x0), BAND); c.clip();
  c.strokeStyle = colour(name); c.lineWidth = 2;
  for (var at = x0 - BAND; at < x1 + BAND; at += 7) { c.beginPath(); c.moveTo(at, top + BAND); c.lineTo(at + BAND, top); c.stroke(); }
  c.restore();
  hit(x0, top, x1, top + BAND, text + "\n" + ms(span[0]) + " to " + ms(span[1]));
}
function cross(c, left, middle, size, ink, wide) {
  c.strokeStyle = ink; c.lineWidth = wide; c.beginPath();
  c.moveTo(left - size, middle - size); c.lineTo(left + size, middle + size);
  c.moveTo(left + size, middle - size); c.lineTo(left - size, middle + size); c.stroke(); c.lineWidth = 1;
}
function drawProgress(c, story, top, width) {
  var least = Infinity, most = 0;
  D.nodes.forEach(function (one) {
    var first = lastOf(one.progress, view.from) || one.progress[0], last = lastOf(one.progress, view.to);
    if (first) least = Math.min(least, first[3]);
    if (last) most = Math.max(most, last[1], last[2]);
  });
  if (most <= least) most = least + 1;
  ["--last", "--commit", "--applied"].forEach(function (name, which) {
    c.strokeStyle = colour(name); c.lineWidth = which === 0 ? 3 : 1.3; c.beginPath();
    var y, begun = false;
    story.progress.forEach(function (point) {
      var left = Math.min(width, Math.max(GUTTER, x(point[0])));
      if (point[0] > view.to) return;
      if (begun) c.lineTo(left, y);
      y = top + GROUND - 2 - (point[1 + which] - least) / (most - least) * (GROUND - 4);
      y = Math.min(top + GROUND - 2, y);
      if (begun) c.lineTo(left, y); else c.moveTo(left, y);
      begun = true;
    });
    if (begun) c.lineTo(Math.min(width, x(D.end)), y);
    c.stroke(); c.lineWidth = 1;
  });
  story.progress.forEach(function (point, at) {
    var next = story.progress[at + 1], to = next ? next[0] : D.end;
    if (!inView(point[0], to)) return;
    hit(Math.max(GUTTER, x(point[0])), top, x(to), top + GROUND, "log ends at " + point[1] + "\ncommit " + point[2] + "\napplied " + point[3]);
  });
}
var OUTCOMES = { refused: "--refused", unknown: "--unknown", open: "--unknown" };
function drawClients(c, width) {
  c.fillStyle = colour("--dim"); c.textAlign = "left"; 
  if (CLIENT_ROWS > 0) c.fillText("clients", 4, CLIENTS_TOP + 8);
  var ends = [];
  D.operations.forEach(function (one) {
    var to = one[1] === null ? D.end : one[1];
    if (!inView(one[0], to)) return;
    var x0 = Math.max(GUTTER, x(one[0])), x1 = Math.max(x0 + 2, Math.min(width, x(to))), row = 0;
    while (row < CLIENT_ROWS - 1 && ends[row] > x0 - 1) row++;
    ends[row] = x1;
    var y = CLIENTS_TOP + 4 + row * CLIENT_ROW;
    var done = one[3] === "done", ink = colour(done ? (one[2] ? "--write-op" : "--read-op") : OUTCOMES[one[3]]);
    c.fillStyle = c.strokeStyle = ink;
    if (one[3] === "open") c.strokeRect(x0 + 0.5, y + 0.5, Math.max(1, x1 - x0 - 1), CLIENT_ROW - 3);
    else c.fillRect(x0, y, x1 - x0, CLIENT_ROW - 2);
    hit(x0 - 1, y - 1, x1 + 1, y + CLIENT_ROW - 1, ms(one[0]) + " to " + ms(to) + "\n" + one[4]);
  });
}
function drawViolation(c, width) {
  if (!D.violation || !inView(D.end, D.end)) return;
  var left = x(D.end), name = D.violation.split(":")[0];
  c.fillStyle = c.strokeStyle = colour("--broken"); c.lineWidth = 2;
  c.beginPath(); c.moveTo(left, 16); c.lineTo(left, HEIGHT - 4); c.stroke();
  c.font = "600 12px system-ui, 'DejaVu Sans', sans-serif";
  var wide = c.measureText(name).width + 12, at = Math.min(left, width - wide);
  c.fillRect(at, 16, wide, 17); c.fillStyle = "#fff"; c.textAlign = "left"; c.fillText(name, at + 6, 25);
  if (D.culprit !== undefined) {
    c.beginPath(); c.arc(left, bandTop(D.culprit) + BAND / 2, 15, 0, 7); c.lineWidth = 3; c.stroke();
    hit(left - 15, bandTop(D.culprit) - 6, left + 15, bandTop(D.culprit) + BAND + 6, D.violation);
  }
  c.font = "11px system-ui, 'DejaVu Sans', sans-serif"; c.lineWidth = 1;
  hit(left - 4, 14, width, 34, D.violation);
}
`;
