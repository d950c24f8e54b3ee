// The graph, by uPlot. Without the library there is none: `Chart.isThere()` is false.
import { spanText, stacked } from "./series.js";

const FEW_TICKS = 4;

// The least of 1, 1.5, 2, ... 8, 10, ... times 4 that is no less than `value`.
function roundUp(value) {
  const step = Math.max(value, 0.001) / FEW_TICKS;
  const power = 10 ** Math.floor(Math.log10(step));
  return FEW_TICKS * power * [1, 1.5, 2, 2.5, 3, 4, 5, 6, 8, 10].find((factor) => factor * power >= step * 0.999);
}

const style = (name) => getComputedStyle(document.body).getPropertyValue(name).trim();

export class Chart {
  static isThere() {
    return typeof window.uPlot === "function";
  }

  constructor(element, moved) {
    this.element = element;
    this.moved = moved;
    this.key = "";
    this.top = 0;
    new ResizeObserver(() => this.resize()).observe(element);
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => { this.key = ""; });
  }

  draw({ times, series }, span) {
    const labels = series.map(({ label }) => label);
    const tops = stacked(series);
    const key = JSON.stringify([labels, span]);
    const last = times[times.length - 1];
    const most = Math.max(0, ...tops.flat());
    // Down only when much lower, so that the axis does not jump.
    const top = roundUp(Math.max(most * 1.1, 0.4));
    if (key !== this.key || top > this.top || top < this.top / 2) this.top = top;
    this.range = [last - span, last];
    if (key !== this.key) this.build(labels, span);
    this.key = key;
    const at = this.plot.cursor.idx;
    this.plot.setData([times, ...tops], false);
    this.plot.batch(() => {
      this.plot.setScale("x", { min: this.range[0], max: this.range[1] });
      this.plot.setScale("y", { min: 0, max: this.top });
    });
    if (this.held !== undefined && at !== null) this.show(this.held);
  }

  // Shows the moment `ago` seconds before the last one; `undefined` shows none.
  show(ago) {
    this.held = ago;
    if (!this.plot || ago === undefined) return;
    const left = this.plot.valToPos(this.range[1] - ago, "x");
    this.plot.setCursor({ left: Math.max(0, Math.min(left, this.plot.over.clientWidth)), top: 0 });
  }

  build(labels, span) {
    this.plot?.destroy();
    const colors = labels.map((_, at) => style(`--series-${(at % 8) + 1}`));
    const ink = style("--quiet");
    const rem = parseFloat(getComputedStyle(document.documentElement).fontSize);
    const font = `${Math.round(rem * 0.875)}px system-ui, sans-serif`;
    const axis = { stroke: ink, font, grid: { stroke: style("--rule"), width: 1 }, ticks: { show: false } };
    this.plot = new window.uPlot({
      ...this.size(),
      legend: { show: false },
      cursor: { y: false, drag: { x: false, y: false }, points: { size: 9 } },
      scales: { x: { time: false, auto: false }, y: { auto: false } },
      axes: [
        { ...axis, size: rem * 2, splits: () => this.moments(span), values: (_, at) => at.map((t) => this.ago(t)) },
        { ...axis, size: rem * 3.5, splits: () => this.levels(), values: (_, at) => at.map((n) => `${+n.toFixed(2)}`) },
      ],
      series: [{}, ...labels.map((label, at) => ({
        label,
        stroke: colors[at],
        width: rem * (labels.length > 1 ? 0.09 : 0.18), // as thick for the last row of a lecture hall
        fill: labels.length > 1 ? undefined : `${colors[at]}22`,
        points: { show: false },
      }))],
      // Each band is filled down to the one below it.
      bands: labels.slice(1).map((_, at) => ({ series: [at + 2, at + 1], fill: `${colors[at + 1]}55` })),
      hooks: {
        setCursor: [(plot) => this.moved(plot.cursor.idx)],
        draw: [(plot) => this.mark(plot, labels.length, font)],
      },
      padding: [rem * 0.5, rem * 1.5, 0, 0],
    }, [[], ...labels.map(() => [])], this.element);
    if (labels.length > 1) this.plot.series[1].fill = () => `${colors[0]}55`;
  }

  moments(span) {
    const rem = parseFloat(getComputedStyle(document.documentElement).fontSize);
    const most = this.element.clientWidth < 30 * rem ? 3 : 6; // words that would touch each other
    return Array.from({ length: most + 1 }, (_, n) => this.range[1] - span + (n * span) / most);
  }

  ago(time) {
    const seconds = Math.round(this.range[1] - time);
    return seconds === 0 ? "now" : `−${spanText(seconds)}`;
  }

  levels() {
    return [0, 1, 2, 3, 4].map((n) => (n * this.top) / 4);
  }

  // Numbers in the bands, as in the list, and words where there was nothing to draw.
  mark(plot, count, font) {
    const { ctx, bbox, data } = plot;
    const ratio = window.devicePixelRatio;
    ctx.save();
    ctx.font = font.replace(/^\d+/, (size) => size * ratio);
    ctx.textBaseline = "middle";
    ctx.textAlign = "right";
    ctx.fillStyle = style("--ink");
    const last = data[0].length - 1;
    for (let at = 1; count > 1 && at <= count; at++) {
      const top = data[at][last];
      const low = at > 1 ? data[at - 1][last] : 0;
      if (top === null || plot.valToPos(low, "y", true) - plot.valToPos(top, "y", true) < 14 * ratio) continue;
      ctx.fillText(at, bbox.left + bbox.width - 6 * ratio, plot.valToPos((top + low) / 2, "y", true));
    }
    this.markGaps(plot, ratio);
    ctx.restore();
  }

  markGaps(plot, ratio) {
    const { ctx, bbox, data } = plot;
    const x = (time) => Math.max(bbox.left, plot.valToPos(time, "x", true));
    let begin = null;
    data[0].forEach((time, at) => {
      const isGap = data[1][at] === null && time >= this.range[0];
      if (isGap && begin === null) begin = time;
      if (begin === null || (isGap && at < data[0].length - 1)) return;
      const [left, right] = [x(begin), x(time)];
      begin = null;
      ctx.fillStyle = style("--gap");
      ctx.fillRect(left, bbox.top, right - left, bbox.height);
      ctx.fillStyle = style("--quiet");
      ctx.textAlign = "center";
      if (right - left > ctx.measureText("no numbers").width + 8 * ratio) ctx.fillText("no numbers", (left + right) / 2, bbox.top + bbox.height / 2);
    });
  }

  size() {
    return { width: this.element.clientWidth, height: this.element.clientHeight };
  }

  resize() {
    const { width, height } = this.size();
    if (this.plot && width > 0 && height > 0) this.plot.setSize({ width, height });
  }
}
