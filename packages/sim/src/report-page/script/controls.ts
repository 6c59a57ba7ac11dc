/** What a reader can do: move, zoom, point, show and hide. */
export const CONTROLS_SCRIPT: string = `
var MESSAGES_AT_END = 60, MESSAGES_SINCE_FAULT = 250, SPAN_MIN = 1;
var LEGEND = [
  ["--follower", "follower"], ["--pre-candidate", "pre-candidate"], ["--candidate", "candidate"], ["--leader", "leader"],
  ["--learner", "learner"], ["--outsider", "not a member"], ["--starting", "opens its state"], ["--pause", "stands still"], ["--stall", "disk stalls"],
  ["--cut", "cut, lost, killed"], ["--ok", "starts again"], ["--last", "end of the log"], ["--commit", "commit"], ["--applied", "applied"],
  ["--write-op", "write done"], ["--read-op", "read done"], ["--refused", "refused"], ["--unknown", "outcome unknown"]
];
function draw() {
  hits = []; placed = []; colours = {};
  var c = prepare(lanes, HEIGHT), width = lanes.clientWidth;
  drawAxis(c, width);
  drawFaults(c, width);
  for (var node = 0; node < N; node++) drawNode(c, node, width);
  drawClients(c, width);
  var crowded = drawMessages(c, width);
  drawViolation(c, width);
  drawHeld(c, width);
  c.fillStyle = colour("--dim"); c.textAlign = "right";
  var notes = [];
  if (crowded) notes.push("too many messages: only elections and states are drawn, zoom in for the others");
  if (view.from < D.completeFrom) notes.push("before " + ms(D.completeFrom) + " only messages of elections");
  c.fillText(notes.join("; "), width - 6, HEIGHT - 7);
  c.textAlign = "left"; c.fillText("log end / commit / applied, at the right edge", GUTTER, HEIGHT - 7);
  drawOverview();
}
function drawOverview() {
  var c = prepare(overview, 34), width = overview.clientWidth, end = Math.max(1, D.end);
  function at(t) { return t / end * width; }
  c.fillStyle = colour("--lane"); c.fillRect(0, 0, width, 34);
  var row = 30 / N;
  D.nodes.forEach(function (node, index) {
    node.roles.forEach(function (role) {
      if (role[2] === "follower" || role[2] === "learner" || role[2] === "outsider" || role[2] === "starting") return;
      c.fillStyle = colour("--" + role[2]); c.fillRect(at(role[0]), 2 + index * row, Math.max(1, at(role[1]) - at(role[0])), Math.max(1, row - 1));
    });
  });
  c.fillStyle = colour("--cut");
  D.faults.forEach(function (fault) { c.fillRect(at(fault[0]), 0, 1, 3); });
  if (D.violation) { c.fillStyle = colour("--broken"); c.fillRect(width - 3, 0, 3, 34); }
  c.strokeStyle = colour("--text"); c.lineWidth = 1.5;
  var x0 = Math.max(1, at(view.from)), x1 = Math.min(width - 1, at(view.to));
  c.strokeRect(x0, 1, Math.max(3, x1 - x0), 32);
}
function look(from, to) {
  var most = Math.max(D.end * 1.06, D.end + 2), span = Math.min(Math.max(to - from, SPAN_MIN), most);
  view.from = Math.max(0, Math.min(from, most - span)); view.to = view.from + span;
  draw();
}
function zoom(by, around) {
  look(around - (around - view.from) * by, around + (view.to - around) * by);
}
function lookAtEnd() {
  var near = D.messages[D.messages.length - MESSAGES_AT_END];
  var from = near ? Math.min(near[0], D.end - 5) : 0;
  // Where little happens, what was done to the cluster belongs to the picture.
  var first = D.faults.length > 0 ? D.faults[0][0] : D.end;
  var since = D.messages.filter(function (m) { return m[0] >= first; }).length;
  if (first < from && since <= MESSAGES_SINCE_FAULT) from = Math.max(0, first - (D.end - first) * 0.06);
  look(from, D.end + (D.end - from) * 0.09);
}
function pick(px, py) {
  var best, near = 7;
  hits.forEach(function (h) {
    if (!h[5]) { if (px >= h[0] && px <= h[2] && py >= h[1] && py <= h[3] && near > 3) { best = h; near = 3.5; } return; }
    var dx = h[2] - h[0], dy = h[3] - h[1], share = ((px - h[0]) * dx + (py - h[1]) * dy) / (dx * dx + dy * dy || 1);
    share = Math.max(0, Math.min(1, share));
    var far = Math.hypot(px - h[0] - share * dx, py - h[1] - share * dy);
    if (far < near) { near = far; best = h; }
  });
  return best;
}
function point(event) {
  var box = lanes.getBoundingClientRect(), px = event.clientX - box.left, py = event.clientY - box.top, found = pick(px, py);
  tip.hidden = !found;
  if (!found) return;
  tip.textContent = found[4];
  var panel = lanes.parentElement.getBoundingClientRect();
  var left = event.clientX - panel.left + 14, top = event.clientY - panel.top + 16;
  tip.style.left = Math.max(4, Math.min(left, panel.width - tip.offsetWidth - 8)) + "px";
  tip.style.top = top + "px";
}
var drag;
lanes.addEventListener("pointerdown", function (event) { drag = { at: event.clientX, from: view.from, to: view.to }; lanes.setPointerCapture(event.pointerId); });
lanes.addEventListener("pointerup", function () { drag = undefined; });
lanes.addEventListener("pointermove", function (event) {
  if (!drag) return point(event);
  var by = (drag.at - event.clientX) / (lanes.clientWidth - GUTTER) * (drag.to - drag.from);
  tip.hidden = true;
  look(drag.from + by, drag.to + by);
});
lanes.addEventListener("pointerleave", function () { tip.hidden = true; });
lanes.addEventListener("wheel", function (event) {
  if (!event.ctrlKey && !event.metaKey) return;
  event.preventDefault();
  zoom(event.deltaY > 0 ? 1.25 : 0.8, time(event.clientX - lanes.getBoundingClientRect().left));
}, { passive: false });
lanes.addEventListener("keydown", function (event) {
  var span = view.to - view.from, middle = (view.from + view.to) / 2;
  if (event.key === "ArrowLeft") look(view.from - span / 5, view.to - span / 5);
  else if (event.key === "ArrowRight") look(view.from + span / 5, view.to + span / 5);
  else if (event.key === "+" || event.key === "=") zoom(0.6, middle);
  else if (event.key === "-") zoom(1.7, middle);
  else return;
  event.preventDefault();
});
function jump(event) {
  var box = overview.getBoundingClientRect(), middle = (event.clientX - box.left) / box.width * D.end, half = (view.to - view.from) / 2;
  look(middle - half, middle + half);
}
overview.addEventListener("pointerdown", function (event) { overview.setPointerCapture(event.pointerId); jump(event); });
overview.addEventListener("pointermove", function (event) { if (event.buttons) jump(event); });
document.querySelectorAll("[data-view]").forEach(function (button) {
  button.addEventListener("click", function () {
    var to = button.dataset.view, middle = (view.from + view.to) / 2;
    if (to === "all") look(0, D.end * 1.06);
    else if (to === "end") lookAtEnd();
    else zoom(to === "in" ? 0.6 : 1.7, D.violation && view.to > D.end ? D.end : middle);
  });
});
GROUPS.forEach(function (group, at) {
  var chip = document.createElement("button"), ink = document.createElement("i");
  chip.type = "button"; chip.className = "chip"; chip.setAttribute("aria-pressed", "true");
  ink.style.background = "var(" + group[1] + ")";
  chip.append(ink, group[0]);
  chip.addEventListener("click", function () { shown[at] = !shown[at]; chip.setAttribute("aria-pressed", String(shown[at])); draw(); });
  document.getElementById("chips").append(chip);
});
LEGEND.forEach(function (one) {
  var item = document.createElement("span"), ink = document.createElement("i");
  ink.style.background = "var(" + one[0] + ")";
  item.append(ink, one[1]);
  document.getElementById("legend").append(item);
});
window.addEventListener("resize", draw);
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", draw);
if (D.violation && D.messages.length > MESSAGES_AT_END) lookAtEnd(); else look(0, D.end * 1.06);
`;
