// Paints one connection: a thin line while it is open, the steps of its opening, a bar for each request in three parts
// (sending striped, waiting at half the height, receiving solid), marks for what was sent again, and how it closed. Bars
// that are narrower than a pixel and stand together are painted as one.

import type { Bars } from '../../src/model/bars.ts';
import type { Lane } from '../../src/model/lane.ts';
import type { Kind, Palette } from './palette.ts';
import type { Rectangles } from './rectangles.ts';
import type { TimeScale } from './time-scale.ts';

/** What all lanes of a picture have in common. */
export interface LaneScene {
  readonly bars: Bars;
  readonly scale: TimeScale;
  readonly rectangles: Rectangles;
  /** The newest time: until there goes what is not over. */
  readonly now: number;
  /** Calls that are not painted dim; null: all. */
  readonly matching: ReadonlySet<number> | null;
  /** The call that is chosen; -1: none. */
  readonly chosen: number;
  /** Texts and marks, painted after all rectangles. */
  readonly notes: Note[];
}

/** A text on the timeline. */
export interface Note {
  readonly text: string;
  readonly x: number;
  readonly y: number;
  /** The text is cut to this, in pixels. */
  readonly width: number;
  /** Of an outline, in pixels. */
  readonly height?: number;
  readonly as: 'label' | 'bad' | 'mark' | 'letter' | 'closed' | 'outline';
}

/** Narrower than this, in pixels, a bar is not told apart from its neighbours. */
const NARROW = 1.5;

/** In less, in pixels, a label would say no more than its method. */
const LEAST_LABEL = 72;

const LETTERS: Readonly<Partial<Record<Kind, string>>> = { dns: 'D', connect: 'C', proxy: 'P', tls: 'T' };

export const MARK_SIGNS: readonly string[] = ['', '↻', '⇄', '↪'];

/** Where in a lane its bars are, by its height. */
export function barSpace(height: number): {
  readonly top: number;
  readonly height: number;
  readonly hasLabels: boolean;
} {
  if (height >= 36) return { top: 16, height: 16, hasLabels: true };
  const bar = height >= 26 ? 16 : height >= 18 ? 12 : height >= 12 ? 9 : 6;
  return { top: (height - bar) / 2, height: bar, hasLabels: false };
}

export function paintLane(lane: Lane, top: number, laneHeight: number, scene: LaneScene): void {
  const { scale, rectangles, now, notes } = scene;
  const space = barSpace(laneHeight);
  const y = top + space.top;
  const h = space.height;
  const end = Number.isNaN(lane.closedAt) ? now : lane.closedAt;
  if (end < scale.view.from || lane.from > scale.view.to) return;
  const left = Math.max(scale.x(lane.from), scale.left);
  const right = Math.min(scale.x(end), scale.right);
  const thickness = h >= 12 ? 3 : 1.5;
  rectangles.add('idle', left, y + (h - thickness) / 2, Math.max(right - left, 1), thickness);
  for (const { kind, from, to } of lane.steps) {
    const until = Number.isNaN(to) ? now : to;
    if (until < scale.view.from || from > scale.view.to) continue;
    const x = scale.x(from);
    const width = Math.max(scale.x(until) - x, 1.5);
    rectangles.add(kind, x, y, width, h);
    const letter = LETTERS[kind];
    if (letter !== undefined && width >= 12 && h >= 12)
      notes.push({ text: letter, x: x + width / 2, y: y + h / 2, width, as: 'letter' });
  }
  const ends = paintBars(lane, y, h, top, space.hasLabels, scene);
  if (lane.isClosed) paintClose(lane, y, h, top, laneHeight, ends, scene);
}

/** @returns Where the last label ends, and where a failure was painted last, in pixels. */
function paintBars(
  lane: Lane,
  y: number,
  h: number,
  top: number,
  hasLabels: boolean,
  scene: LaneScene,
): { readonly labelsEnd: number; readonly failedAt: number } {
  const { bars, scale, rectangles, now, matching, chosen, notes } = scene;
  const { view } = scale;
  let mergedFrom = -1;
  let mergedTo = -1;
  let mergedKind: Kind = 'merged';
  let failedAt = -10;
  let labelsEnd = 0;
  const pending = { text: '', x: 0, bad: false };
  const flushLabel = (until: number): void => {
    if (pending.text === '') return;
    const width = Math.min(until, scale.right) - pending.x - 6;
    if (width >= LEAST_LABEL) {
      notes.push({ text: pending.text, x: pending.x, y: top + 8, width, as: pending.bad ? 'bad' : 'label' });
      labelsEnd = pending.x + Math.min(width, pending.text.length * 6.2);
    }
    pending.text = '';
  };
  for (let place = lane.placeAt(view.from, bars); place < lane.count; place++) {
    const slot = bars.slotOf(lane.idAt(place));
    const from = bars.from[slot] ?? 0;
    if (from > view.to) break;
    const endAt = bars.to[slot] ?? Number.NaN;
    const to = Number.isNaN(endAt) ? now : endAt;
    const x = scale.x(from);
    const right = scale.x(to);
    const call = bars.call[slot] ?? -1;
    const isDim = matching !== null && !matching.has(call);
    const hasFailed = bars.failed[slot] === 1;
    const mark = bars.mark[slot] ?? 0;
    if (right - x < NARROW) {
      const kind = isDim ? 'dim' : 'merged';
      if (mergedFrom >= 0 && x <= mergedTo + 0.5 && kind === mergedKind) {
        mergedTo = Math.max(mergedTo, right, x + 1);
      } else {
        if (mergedFrom >= 0) rectangles.add(mergedKind, mergedFrom, y, mergedTo - mergedFrom, h);
        mergedFrom = x;
        mergedTo = Math.max(right, x + 1);
        mergedKind = kind;
      }
    } else if (right >= scale.left) {
      const clear = Math.min(x, scale.left) === x ? scale.left : x;
      if (isDim) rectangles.add('dim', clear, y, Math.min(right, scale.right) - clear, h);
      else paintParts(slot, to, y, h, scene);
      if (hasLabels && !isDim) {
        flushLabel(clear);
        const status = bars.status[slot] ?? 0;
        const answer = hasFailed ? (bars.error[slot]?.code ?? 'failed') : status === 0 ? '…' : String(status);
        pending.text = `${bars.method[slot] ?? ''} ${pathOf(bars.url[slot] ?? '')} ${answer}`;
        pending.x = mark > 0 ? clear + 16 : clear;
        pending.bad = hasFailed || status >= 400;
      }
    }
    if (mark > 0 && !isDim && x >= scale.left) {
      const sign = MARK_SIGNS[mark] ?? '';
      if (hasLabels) notes.push({ text: sign, x: x + 7, y: top + 8, width: 14, as: 'mark' });
      else if (h >= 12) notes.push({ text: sign, x: x, y: y + h / 2, width: 14, as: 'mark' });
      else rectangles.add('mark', x - 1, y - 1, 2.5, h + 2);
    }
    if (hasFailed && !isDim && right >= scale.left && right - failedAt >= 1) {
      failedAt = right;
      if (h < 12) rectangles.add('failed', right - 1, y - 1, 3, h + 2);
      else notes.push({ text: '✕', x: right, y: y + h / 2, width: 14, as: 'bad' });
    }
    if (call === chosen)
      notes.push({
        text: '',
        x: Math.max(x, scale.left) - 2,
        y: y - 2,
        width: Math.max(Math.min(right, scale.right) - Math.max(x, scale.left), 2) + 4,
        height: h + 4,
        as: 'outline',
      });
  }
  if (mergedFrom >= 0) rectangles.add(mergedKind, mergedFrom, y, mergedTo - mergedFrom, h);
  flushLabel(Number.POSITIVE_INFINITY);
  return { labelsEnd, failedAt };
}

/** Sending, waiting and receiving. */
function paintParts(slot: number, to: number, y: number, h: number, { bars, scale, rectangles }: LaneScene): void {
  const from = bars.from[slot] ?? 0;
  const headAt = orElse(bars.headAt[slot], to);
  const sentAt = Math.min(orElse(bars.sentAt[slot], headAt), headAt);
  // Where one follows upon the other, the sending tells them apart.
  const isWide = scale.x(to) - scale.x(from) >= 8;
  const part = (kind: Kind, begin: number, end: number, top: number, height: number, least = 0.75): void => {
    const x = Math.max(scale.x(begin), scale.left);
    const right = Math.min(scale.x(end), scale.right);
    if (right > x || (least > 1 && x > scale.left)) rectangles.add(kind, x, top, Math.max(right - x, least), height);
  };
  part('wait', sentAt, headAt, y + h / 4, h / 2);
  part('send', from, sentAt, y, h, isWide ? 2 : 0.75);
  part('receive', headAt, to, y, h);
}

function paintClose(
  lane: Lane,
  y: number,
  h: number,
  top: number,
  laneHeight: number,
  { labelsEnd, failedAt }: { readonly labelsEnd: number; readonly failedAt: number },
  scene: LaneScene,
): void {
  const { scale, rectangles, notes } = scene;
  const x = scale.x(lane.closedAt);
  if (x < scale.left || x > scale.right + 1) return;
  if (Math.abs(x - failedAt) > 3) rectangles.add(lane.dialError === null ? 'closed' : 'failed', x - 1, y - 2, 2, h + 4);
  if (laneHeight < 18) return;
  const why = lane.reason ?? 'dial-failed';
  const text = BY_THE_USER[why] ?? `closed: ${why}`;
  const width = text.length * 6.2;
  if (x + width + 11 <= scale.right) {
    notes.push({ text, x: x + 9, y: y + h / 2, width: scale.right - x - 9, as: 'closed' });
  } else if (laneHeight >= 36 && labelsEnd < x - width - 8) {
    notes.push({ text, x: x - width, y: top + 8, width: width + 4, as: 'closed' });
  }
}

/** Reasons that say it better in words. */
const BY_THE_USER: Readonly<Record<string, string>> = {
  closed: 'closed by close()',
  cleared: 'closed by clear()',
  'dial-failed': 'not opened',
};

/** The kinds that a legend explains, in its order. */
export const EXPLAINED: readonly (readonly [kind: Kind, text: string])[] = [
  ['dns', 'name look-up (D)'],
  ['connect', 'TCP connect (C)'],
  ['proxy', 'proxy tunnel (P)'],
  ['tls', 'TLS handshake (T)'],
  ['send', 'sending'],
  ['wait', 'waiting'],
  ['receive', 'receiving'],
  ['idle', 'open, idle'],
];

/** The letter of a kind, for the legend. */
export function paintSample(context: CanvasRenderingContext2D, kind: Kind, palette: Palette): void {
  const [height, top] = kind === 'wait' ? [7, 4] : kind === 'idle' ? [3, 6] : [14, 1];
  context.fillStyle = palette.fill[kind];
  context.fillRect(0, top, 22, height);
}

function orElse(time: number | undefined, other: number): number {
  return time === undefined || Number.isNaN(time) ? other : time;
}

/** What of a URL comes after its origin. */
export function pathOf(url: string): string {
  const from = url.indexOf('/', url.indexOf('://') + 3);
  return from < 0 ? '/' : url.slice(from);
}
