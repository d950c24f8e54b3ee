// The graph, by uPlot. Without the library there is none: `Chart.isThere()` is false.
const style = (name) => getComputedStyle(document.body).getPropertyValue(name).trim();
const FEW_TICKS = 4;
const LANES = 3;

// The least of 1, 2, 2.5, 5, 10, ... times 4 that is no less than `value`.
function roundUp(value) {
  const step = Math.max(value, 0.001) / FEW_TICKS;
  const power = 10 ** Math.floor(Math.log10(step));
  return FEW_TICKS * power * [1, 2, 2.5, 5, 10].find((factor) => factor * power >= step * 0.999);
}

export class Chart {
  static isThere() {
    return typeof window.uPlot === "function";
  }

  // `moved` is called with the row that the cursor is at, or with undefined.
  constructor(element, moved) {
    this.element = element;
    this.moved = moved;
    this.marks = [];
    this.top = 0;
    new ResizeObserver(() => this.plot?.setSize(this.size())).observe(element);
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => {
      this.plot?.destroy();
      this.plot = null;
    });
  }

  // `rows` are [time, value, limit]; `marks` are [time, words].
  draw(rows, marks, span) {
    if (!rows.length) return;
    this.marks = marks;
    const last = rows[rows.length - 1][0];
    this.range = [last - span, last];
    this.seen = rows.filter(([time]) => time >= this.range[0]);
    const top = roundUp(1.1 * Math.max(0.4, ...this.seen.flatMap((row) => row.slice(1)).filter((number) => number !== null)));
    // Down only when much lower, so that the axis does not jump.
    if (top > this.top || top < this.top / 2 || span !== this.span) this.top = top;
    this.span = span;
    if (!this.plot) this.build();
    const at = this.plot.cursor.idx;
    this.plot.setData([0, 1, 2].map((column) => this.seen.map((row) => row[column])), false);
    this.plot.batch(() => {
      this.plot.setScale("x", { min: this.range[0], max: this.range[1] });
      this.plot.setScale("y", { min: 0, max: this.top });
    });
    if (this.held !== undefined && at !== null) this.show(this.held);
  }

  // Another series has another scale.
  forget() {
    this.top = 0;
  }

  // Shows the moment `ago` seconds before the last one; `undefined` shows none.
  show(ago) {
    this.held = ago;
    if (!this.plot || ago === undefined) return;
    const left = this.plot.valToPos(this.range[1] - ago, "x");
    this.plot.setCursor({ left: Math.max(0, Math.min(left, this.plot.over.clientWidth)), top: 0 });
  }

  build() {
    const rem = parseFloat(getComputedStyle(document.documentElement).fontSize);
    this.font = `${Math.round(rem * 0.875)}px system-ui, sans-serif`;
    const axis = { stroke: style("--quiet"), font: this.font, grid: { stroke: style("--rule"), width: 1 }, ticks: { show: false } };
    this.plot = new window.uPlot({
      ...this.size(),
      legend: { show: false },
      cursor: { y: false, drag: { x: false, y: false }, points: { size: 9 } },
      scales: { x: { time: false, auto: false }, y: { auto: false } },
      axes: [
        { ...axis, size: rem * 2, splits: () => this.moments(rem), values: (_, all) => all.map((time) => this.ago(time)) },
        { ...axis, size: rem * 3.5, splits: () => [0, 1, 2, 3, 4].map((n) => (n * this.top) / 4), values: (_, all) => all.map((n) => `${+n.toFixed(2)}`) },
      ],
      series: [
        {},
        { stroke: style("--accent"), fill: `${style("--accent")}22`, width: 3, points: { show: false } },
        { stroke: style("--warn"), width: 2, dash: [3, 6], points: { show: false }, paths: window.uPlot.paths.stepped({ align: 1 }) },
      ],
      hooks: { setCursor: [(plot) => this.moved(this.seen[plot.cursor.idx])], draw: [(plot) => this.drawMarks(plot)] },
      padding: [rem * 0.5, rem * 1.5, 0, 0],
    }, [[], [], []], this.element);
  }

  moments(rem) {
    const most = this.element.clientWidth < 30 * rem ? 3 : 6; // words that would touch each other
    return Array.from({ length: most + 1 }, (_, n) => this.range[1] - this.span + (n * this.span) / most);
  }

  ago(time) {
    const seconds = Math.round(this.range[1] - time);
    if (seconds === 0) return "now";
    return seconds < 120 ? `−${seconds} s` : `−${+(seconds / 60).toFixed(1)} min`;
  }

  // A dotted line where something changed, and its words, in one of three lanes so that they do not touch.
  drawMarks(plot) {
    const { ctx, bbox } = plot;
    const ratio = window.devicePixelRatio;
    ctx.save();
    ctx.font = this.font.replace(/^\d+/, (size) => size * ratio);
    ctx.textBaseline = "top";
    const high = parseFloat(ctx.font) * 1.3;
    this.marks.forEach(([time, words], number) => {
      if (time < this.range[0]) return;
      const x = plot.valToPos(time, "x", true);
      ctx.strokeStyle = ctx.fillStyle = style("--mark");
      ctx.lineWidth = 1.5 * ratio;
      ctx.setLineDash([2 * ratio, 4 * ratio]);
      ctx.beginPath();
      ctx.moveTo(x, bbox.top);
      ctx.lineTo(x, bbox.top + bbox.height);
      ctx.stroke();
      const width = ctx.measureText(words).width;
      const right = x + width + 6 * ratio < bbox.left + bbox.width;
      const y = bbox.top + bbox.height - (LANES - (number % LANES)) * high - 2 * ratio;
      ctx.fillStyle = style("--card");
      ctx.globalAlpha = 0.8;
      ctx.fillRect(right ? x + 3 * ratio : x - width - 5 * ratio, y, width + 2 * ratio, high);
      ctx.globalAlpha = 1;
      ctx.fillStyle = style("--mark");
      ctx.textAlign = right ? "left" : "right";
      ctx.fillText(words, x + (right ? 4 : -4) * ratio, y + 2 * ratio);
    });
    ctx.restore();
  }

  size() {
    return { width: this.element.clientWidth, height: this.element.clientHeight };
  }
}
