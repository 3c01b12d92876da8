// Paints what is visible of the timeline: of all origins those between top and bottom of the window, of their lanes the
// same, and of these the bars between its left and right. What it costs depends on the window, not on the trace.

import type { Lane } from '../../src/model/lane.ts';
import type { OriginTrace } from '../../src/model/origin-trace.ts';
import type { Inspection } from '../inspection.ts';
import { count, counted, duration, percent } from '../quantity.ts';
import { ticks } from '../time-axis.ts';
import type { Span } from '../viewport.ts';
import type { Activity } from './activity.ts';
import { firstWhere, type Group, HEADING_HEIGHT, QUEUE_HEIGHT, visibleGroups, visibleLanes } from './lane-layout.ts';
import { barSpace, type LaneScene, type Note, paintLane } from './lane-painter.ts';
import type { Palette } from './palette.ts';
import { Rectangles } from './rectangles.ts';
import { TimeScale } from './time-scale.ts';

const FONT = '11px system-ui, -apple-system, "Segoe UI", Roboto, Arial, sans-serif';
const BOLD = `600 ${FONT.replace('11px', '12px')}`;

/** Pixels for each column of a heat strip. */
const HEAT_COLUMN = 4;

/** What is painted on. */
export interface Surface {
  readonly context: CanvasRenderingContext2D;
  /** In CSS pixels. */
  readonly width: number;
  readonly height: number;
  readonly palette: Palette;
}

/** Where the time axis begins, in pixels from the left, for a timeline of that width. */
export function gutterFor(width: number): number {
  return width < 520 ? 72 : 132;
}

/** The scale of a timeline of that width. */
export function scaleFor(view: Span, width: number): TimeScale {
  return new TimeScale(view, gutterFor(width), width - 10);
}

export class Picture {
  readonly #rectangles = new Rectangles();
  readonly #activity: Activity;

  constructor(activity: Activity) {
    this.#activity = activity;
  }

  /** The lanes. @param scrolled How far they are scrolled down, in pixels. */
  paint(surface: Surface, inspection: Inspection, scrolled: number): void {
    const { context, width, height, palette } = surface;
    const { layout, model } = inspection;
    const scale = scaleFor(inspection.view, width);
    this.#activity.update();
    context.fillStyle = palette.colour.paper;
    context.fillRect(0, 0, width, height);
    this.#gridLines(surface, scale, inspection);
    const notes: Note[] = [];
    const { selection } = inspection;
    const scene: LaneScene = {
      bars: model.bars,
      scale,
      rectangles: this.#rectangles,
      now: model.to,
      matching: inspection.matching,
      chosen: selection?.is === 'call' ? selection.call : -1,
      notes,
    };
    const [first, end] = visibleGroups(layout, scrolled, scrolled + height);
    for (let index = first; index < end; index++) {
      const group = layout.groups[index];
      const origin = inspection.origins[index];
      if (group === undefined || origin === undefined) continue;
      this.#heading(surface, scale, inspection, origin, group, scrolled, index);
      if (group.lanesTop > group.queueTop) this.#queue(surface, scale, origin, group.queueTop - scrolled, model.to);
      const lanes = inspection.lanesOf(index);
      const [from, to] = visibleLanes(group, layout.laneHeight, scrolled, scrolled + height);
      for (let place = from; place < to; place++) {
        const lane = lanes[place];
        if (lane === undefined) continue;
        const top = group.lanesTop + place * layout.laneHeight - scrolled;
        const isChosen = selection?.is === 'lane' && selection.lane === lane;
        if (isChosen || (place % 2 === 1 && layout.laneHeight >= 12)) {
          context.fillStyle = isChosen ? palette.colour.selected : palette.colour['lane-odd'];
          context.fillRect(0, top, width, layout.laneHeight);
        }
        paintLane(lane, top, layout.laneHeight, scene);
        if (layout.laneHeight >= 12) this.#laneName(surface, lane, top, layout.laneHeight);
      }
      if (layout.laneHeight < 12 && to > from) this.#gutterCount(surface, group, origin.origin, lanes.length, scrolled);
    }
    this.#rectangles.paint(context, palette);
    this.#notes(surface, notes);
  }

  /** The whole trace in small with the part that is shown, and below it the marks of the time. */
  paintAxis(surface: Surface, inspection: Inspection): void {
    const { context, width, height, palette } = surface;
    const { model, all, view } = inspection;
    const { colour } = palette;
    context.fillStyle = colour.panel;
    context.fillRect(0, 0, width, height);
    const scale = scaleFor(view, width);
    const overview = new TimeScale(all, scale.left, scale.right);
    const { bars } = model;
    context.font = FONT;
    context.textBaseline = 'middle';
    context.fillStyle = colour['soft-ink'];
    context.textAlign = 'right';
    context.fillText(width < 520 ? 'all' : 'the whole trace', scale.left - 8, 14);
    context.fillText(width < 520 ? 'time' : 'shown below', scale.left - 8, 41);
    const times: number[] = [];
    if (bars.next > bars.first) {
      const columns = Math.max(1, Math.floor(scale.width / 3));
      const from = all.from;
      const step = (all.to - all.from) / columns;
      const length = bars.next - bars.first;
      const placeOf = (time: number): number =>
        firstWhere(length, (i) => (bars.from[bars.slotOf(bars.first + i)] ?? 0) >= time);
      let before = 0;
      for (let column = 1; column <= columns; column++) {
        const after = placeOf(from + column * step);
        times.push(after - before);
        before = after;
      }
    }
    heat(surface, overview, 4, 20, times);
    context.strokeStyle = colour.accent;
    context.lineWidth = 2;
    const left = overview.x(view.from);
    const right = Math.max(overview.x(view.to), left + 4);
    context.globalAlpha = 0.14;
    context.fillStyle = colour.accent;
    context.fillRect(left, 3, right - left, 22);
    context.globalAlpha = 1;
    context.strokeRect(left, 3, right - left, 22);
    context.textAlign = 'center';
    const zero = Number.isNaN(model.from) ? 0 : model.from;
    for (const { at, label } of ticks(view, zero, scale.width)) {
      const x = scale.x(at);
      context.fillStyle = colour['strong-line'];
      context.fillRect(x, 30, 1, 5);
      context.fillStyle = colour.ink;
      context.fillText(label, Math.min(Math.max(x, scale.left + 22), width - 28), 43);
    }
    for (const { at, events } of model.gaps) {
      const x = scale.x(at);
      if (events === 0 || x < scale.left || x > scale.right) continue;
      context.fillStyle = colour.warn;
      context.fillRect(x - 1, 28, 3, 26);
      context.textAlign = x > width / 2 ? 'right' : 'left';
      context.fillText(`${count(events)} missing`, x > width / 2 ? x - 5 : x + 5, 49);
    }
  }

  #gridLines({ context, height, palette }: Surface, scale: TimeScale, { model }: Inspection): void {
    const zero = Number.isNaN(model.from) ? 0 : model.from;
    context.fillStyle = palette.colour.line;
    context.globalAlpha = 0.6;
    for (const { at } of ticks(scale.view, zero, scale.width)) context.fillRect(Math.round(scale.x(at)), 0, 1, height);
    context.globalAlpha = 1;
    context.fillStyle = palette.colour.warn;
    for (const { at, events } of model.gaps) {
      const x = scale.x(at);
      if (events === 0 || x < scale.left || x > scale.right) continue;
      for (let y = 0; y < height; y += 8) context.fillRect(x, y, 1.5, 4);
    }
  }

  #heading(
    surface: Surface,
    scale: TimeScale,
    inspection: Inspection,
    origin: OriginTrace,
    group: Group,
    scrolled: number,
    index: number,
  ): void {
    const { context, width, palette } = surface;
    const { colour } = palette;
    const top = group.top - scrolled;
    context.fillStyle = colour.panel;
    context.fillRect(0, top, width, HEADING_HEIGHT);
    context.fillStyle = colour['strong-line'];
    context.fillRect(0, top, width, 1);
    const columns = Math.max(1, Math.floor(scale.width / HEAT_COLUMN));
    const { from, to } = scale.view;
    heat(surface, scale, top + 19, 10, this.#activity.columns(origin, from, to, columns));
    context.textAlign = 'left';
    context.textBaseline = 'middle';
    context.font = BOLD;
    context.fillStyle = colour.ink;
    const sign = inspection.isCollapsed(origin.origin) ? '▸' : '▾';
    const name = `${sign} ${origin.origin}`;
    const nameWidth = Math.min(context.measureText(name).width, width * 0.6);
    context.fillText(name, 8, top + 10, width * 0.6);
    context.font = FONT;
    context.fillStyle = colour['soft-ink'];
    const shown = inspection.lanesOf(index).length;
    const hidden = origin.lanes.length - shown;
    context.fillText(
      facts(origin) + (hidden > 0 ? ` · ${counted(hidden, 'lane')} filtered out` : ''),
      18 + nameWidth,
      top + 10,
    );
    if (scale.left >= 100) context.fillText('requests begun', 22, top + 24);
  }

  /** How many waited: a step for each change, the greatest of those that share a pixel. */
  #queue({ context, palette }: Surface, scale: TimeScale, { queue }: OriginTrace, top: number, now: number): void {
    const { colour } = palette;
    const { at, depth, greatest } = queue;
    const bottom = top + QUEUE_HEIGHT - 3;
    const room = QUEUE_HEIGHT - 8;
    context.font = FONT;
    context.textAlign = 'left';
    context.textBaseline = 'middle';
    context.fillStyle = colour['soft-ink'];
    context.fillText(
      scale.left < 100 ? `queue ≤${count(greatest)}` : `queue, at most ${count(greatest)}`,
      8,
      top + QUEUE_HEIGHT / 2,
    );
    context.fillStyle = colour.line;
    context.fillRect(scale.left, bottom, scale.width, 1);
    context.fillStyle = colour.warn;
    const { from, to } = scale.view;
    let column = -1;
    let highest = 0;
    for (let i = Math.max(firstWhere(at.length, (one) => (at[one] ?? 0) > from) - 1, 0); i < at.length; i++) {
      const begin = at[i] ?? 0;
      if (begin > to) break;
      const x = Math.max(scale.x(begin), scale.left);
      const right = Math.min(scale.x(at[i + 1] ?? now), scale.right);
      const waiting = depth[i] ?? 0;
      if (Math.floor(x) !== column) {
        column = Math.floor(x);
        highest = 0;
      }
      if (right - x < 1 && waiting <= highest) continue;
      highest = Math.max(highest, waiting);
      const high = (room * waiting) / greatest;
      if (high > 0) context.fillRect(x, bottom - high, Math.max(right - x, 1), high);
    }
  }

  #laneName({ context, width, palette }: Surface, lane: Lane, top: number, height: number): void {
    context.font = height >= 18 ? FONT : FONT.replace('11px', '10px');
    context.textAlign = 'left';
    context.textBaseline = 'middle';
    context.fillStyle = palette.colour.ink;
    const space = barSpace(height);
    const isShort = gutterFor(width) < 100;
    const y = height >= 36 ? top + 10 : top + space.top + space.height / 2;
    const name = isShort || height < 18 ? `${lane.id}` : `connection ${lane.id}`;
    if (height >= 36) {
      context.fillText(isShort ? `conn. ${lane.id}` : name, 8, y);
      context.fillStyle = palette.colour['soft-ink'];
      const state = lane.dialError !== null ? 'failed to open' : counted(lane.served, isShort ? 'req.' : 'request');
      context.fillText(state.replace('req.s', 'req.'), 8, top + 25, gutterFor(width) - 12);
      return;
    }
    context.fillText(name, 8, y);
    context.fillStyle = palette.colour['soft-ink'];
    context.textAlign = 'right';
    context.fillText(lane.dialError === null ? `×${count(lane.served)}` : '✕', gutterFor(width) - 8, y);
  }

  /** Beside lanes too low for names: how many they are, and where their heading is out of sight, of which host. */
  #gutterCount(
    { context, height, palette, width }: Surface,
    group: Group,
    origin: string,
    lanes: number,
    scrolled: number,
  ): void {
    const top = Math.max(group.lanesTop - scrolled, 0);
    const bottom = Math.min(group.bottom - scrolled, height);
    if (bottom - top < 20) return;
    context.font = FONT;
    context.textAlign = 'left';
    context.textBaseline = 'middle';
    context.fillStyle = palette.colour['soft-ink'];
    const room = gutterFor(width) - 12;
    context.fillText(`${count(lanes)} lanes`, 8, top + 12, room);
    if (group.lanesTop >= scrolled || bottom - top < 36) return;
    context.fillText(clipped(origin.replace(/^.*:\/\//, ''), room), 8, top + 28, room);
  }

  #notes({ context, palette }: Surface, notes: readonly Note[]): void {
    const { colour } = palette;
    const styles = {
      label: colour.ink,
      bad: colour.bad,
      mark: colour.warn,
      letter: colour.paper,
      closed: colour['soft-ink'],
      outline: colour.ink,
    };
    context.textBaseline = 'middle';
    for (const { text, x, y, width, height = 0, as } of notes) {
      if (as === 'outline') {
        context.strokeStyle = colour.ink;
        context.lineWidth = 2;
        context.strokeRect(x, y, width, height);
        continue;
      }
      const isSign = as === 'mark' || text === '✕';
      context.font = isSign || as === 'letter' ? BOLD : FONT;
      context.textAlign = isSign || as === 'letter' ? 'center' : 'left';
      if (isSign || as === 'letter')
        disc(context, as === 'letter' ? styles.letter : colour.paper, as === 'letter' ? 0 : 7, x, y);
      context.fillStyle = styles[as];
      if (as === 'letter') {
        context.fillStyle = colour.paper;
        context.fillRect(x - 5, y - 6, 10, 12);
        context.fillStyle = colour.ink;
        context.fillText(text, x, y + 0.5);
      } else {
        context.fillText(isSign ? text : clipped(text, width), x, y + 0.5);
      }
    }
  }
}

function disc(context: CanvasRenderingContext2D, fill: string, radius: number, x: number, y: number): void {
  if (radius === 0) return;
  context.fillStyle = fill;
  context.beginPath();
  context.arc(x, y, radius, 0, Math.PI * 2);
  context.fill();
}

/** Counts as a strip, darker where there are more. */
function heat(
  { context, palette }: Surface,
  scale: TimeScale,
  top: number,
  height: number,
  counts: readonly number[],
): void {
  const most = Math.max(...counts, 1);
  const width = scale.width / Math.max(counts.length, 1);
  context.fillStyle = palette.colour.paper;
  context.fillRect(scale.left, top, scale.width, height);
  context.fillStyle = palette.colour.receive;
  for (let i = 0; i < counts.length; i++) {
    const value = counts[i] ?? 0;
    if (value === 0) continue;
    const share = value / most;
    const high = Math.max(height * (0.25 + 0.75 * share), 2);
    context.globalAlpha = 0.35 + 0.65 * share;
    context.fillRect(scale.left + i * width, top + height - high, Math.max(width - 0.5, 0.5), high);
  }
  context.globalAlpha = 1;
}

function facts(origin: OriginTrace): string {
  const { totals, saved } = origin;
  const failed = totals.failed + totals.dialFailures;
  return [
    counted(totals.connections, 'connection'),
    counted(totals.requests, 'request'),
    `${percent(totals.reused, totals.requests)} reused`,
    ...(saved > 0 ? [`about ${duration(saved)} saved`] : []),
    ...(failed > 0 ? [`${counted(failed, 'attempt')} failed`] : []),
  ].join(' · ');
}

/** A text that fits: about as wide as its letters are on average. */
function clipped(text: string, width: number): string {
  const most = Math.floor(width / 6.1);
  return text.length <= most ? text : `${text.slice(0, Math.max(most - 1, 1))}…`;
}
