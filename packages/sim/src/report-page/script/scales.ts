/** Data, colours, and where on the canvas things are. */
export const SCALES_SCRIPT: string = `
var D = JSON.parse(document.getElementById("data").textContent);
var N = D.nodes.length;
var FAULT_ROWS = Math.min(3, D.faults.length), CLIENT_ROWS = rowsOf(D.operations);
var GUTTER = 98, AXIS = 34, FAULTS = 6 + 14 * FAULT_ROWS, BAND = 17, GROUND = 26, CLIENT_ROW = 7;
var PITCH = N <= 4 ? 112 : N <= 6 ? 92 : 72;
var NODES_TOP = AXIS + FAULTS + 14;
var CLIENTS_TOP = NODES_TOP + N * PITCH + 4;
var HEIGHT = CLIENTS_TOP + CLIENT_ROW * CLIENT_ROWS + 26;
var GROUPS = [
  ["elections", "--vote"], ["appends", "--append"], ["heartbeats", "--heartbeat"],
  ["read indices", "--read"], ["states", "--state"]
];
var shown = GROUPS.map(function () { return true; });
var lanes = document.getElementById("lanes"), overview = document.getElementById("overview");
var tip = document.getElementById("tip");
var view = { from: 0, to: Math.max(1, D.end) };
var hits = [];
var colours = {};
function colour(name) {
  if (!colours[name]) colours[name] = getComputedStyle(document.documentElement).getPropertyValue(name).trim();
  return colours[name];
}
function rowsOf(operations) {
  var ends = [], most = 0;
  operations.forEach(function (one) {
    var row = 0;
    while (row < 8 && ends[row] > one[0]) row++;
    ends[row] = one[1] === null ? D.end : one[1];
    most = Math.max(most, row + 1);
  });
  return most === 0 ? 0 : Math.min(9, most + 1);
}
function x(t) { return GUTTER + (t - view.from) / (view.to - view.from) * (lanes.clientWidth - GUTTER); }
function time(px) { return view.from + (px - GUTTER) / (lanes.clientWidth - GUTTER) * (view.to - view.from); }
function bandTop(node) { return NODES_TOP + node * PITCH; }
function inView(from, to) { return to >= view.from && from <= view.to; }
function ms(t) {
  if (view.to - view.from > 20000) return (t / 1000).toFixed(1) + " s";
  return (view.to - view.from < 60 ? t.toFixed(2) : t.toFixed(0)) + " ms";
}
function hit(x0, y0, x1, y1, text) { hits.push([x0, y0, x1, y1, text]); }
function prepare(canvas, height) {
  var ratio = window.devicePixelRatio || 1, width = canvas.clientWidth;
  canvas.style.height = height + "px";
  canvas.width = Math.round(width * ratio);
  canvas.height = Math.round(height * ratio);
  var c = canvas.getContext("2d");
  c.setTransform(ratio, 0, 0, ratio, 0, 0);
  c.clearRect(0, 0, width, height);
  c.font = "11px system-ui, -apple-system, 'Segoe UI', Roboto, 'DejaVu Sans', sans-serif";
  c.textBaseline = "middle";
  return c;
}
function step(span, room) {
  var raw = span / Math.max(1, room / 90), power = Math.pow(10, Math.floor(Math.log10(raw)));
  var times = raw / power;
  return power * (times <= 1 ? 1 : times <= 2 ? 2 : times <= 5 ? 5 : 10);
}
`;
