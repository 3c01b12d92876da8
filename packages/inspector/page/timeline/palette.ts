// The colours and patterns that the timeline is painted with: the colours are the page's own, read from its style, and
// each kind of bar has a shape or a pattern besides, so that it can be told without colour.

/** What a bar can be. */
export const KINDS = [
  'idle',
  'dns',
  'connect',
  'proxy',
  'tls',
  'wait',
  'send',
  'receive',
  'merged',
  'dim',
  'failed',
  'mark',
  'closed',
] as const;
export type Kind = (typeof KINDS)[number];

const NAMES = ['paper', 'panel', 'raised', 'line', 'strong-line', 'ink', 'soft-ink', 'accent', 'selected'] as const;
const MORE = [
  'good',
  'bad',
  'warn',
  'dns',
  'connect',
  'proxy',
  'tls',
  'send',
  'wait',
  'receive',
  'idle',
  'dim',
] as const;
const LAST = ['lane-odd'] as const;
export type Colour = (typeof NAMES)[number] | (typeof MORE)[number] | (typeof LAST)[number];

export interface Palette {
  readonly colour: Readonly<Record<Colour, string>>;
  /** How a kind is filled where there is room for a pattern. */
  readonly fill: Readonly<Record<Kind, string | CanvasPattern>>;
  /** How it is filled where there is none. */
  readonly plain: Readonly<Record<Kind, string>>;
}

/** Reads the palette of an element's style, for a canvas of that many device pixels for each of its own. */
export function readPalette(element: Element, context: CanvasRenderingContext2D, scale: number): Palette {
  const style = getComputedStyle(element);
  const read = (name: Colour): string => style.getPropertyValue(`--${name}`).trim();
  const colour = Object.fromEntries([...NAMES, ...MORE, ...LAST].map((name) => [name, read(name)])) as Record<
    Colour,
    string
  >;
  const plain: Record<Kind, string> = {
    idle: colour.idle,
    dns: colour.dns,
    connect: colour.connect,
    proxy: colour.proxy,
    tls: colour.tls,
    wait: colour.wait,
    send: colour.send,
    receive: colour.receive,
    merged: colour.receive,
    dim: colour.dim,
    failed: colour.bad,
    mark: colour.warn,
    closed: colour['soft-ink'],
  };
  const striped = (kind: Kind, draw: (tile: CanvasRenderingContext2D) => void): string | CanvasPattern =>
    pattern(context, plain[kind], colour.paper, scale, draw);
  return {
    colour,
    plain,
    fill: {
      ...plain,
      dns: striped('dns', (tile) => line(tile, [0, 2, 6, 2])),
      connect: striped('connect', (tile) => line(tile, [2, 0, 2, 6])),
      proxy: striped('proxy', (tile) => tile.strokeRect(2, 2, 1.5, 1.5)),
      tls: striped('tls', (tile) => line(tile, [0, 3, 6, 3], [3, 0, 3, 6])),
      send: striped('send', (tile) => line(tile, [-1, 1, 1, -1], [0, 6, 6, 0], [5, 7, 7, 5])),
    },
  };
}

/** A tile of 6 by 6 pixels, repeated. */
function pattern(
  context: CanvasRenderingContext2D,
  back: string,
  front: string,
  scale: number,
  draw: (tile: CanvasRenderingContext2D) => void,
): string | CanvasPattern {
  const canvas = document.createElement('canvas');
  canvas.width = Math.round(6 * scale);
  canvas.height = canvas.width;
  const tile = canvas.getContext('2d');
  if (tile === null) return back;
  tile.scale(canvas.width / 6, canvas.width / 6);
  tile.fillStyle = back;
  tile.fillRect(0, 0, 6, 6);
  tile.strokeStyle = front;
  tile.globalAlpha = 0.75;
  tile.lineWidth = 1.2;
  draw(tile);
  const repeated = context.createPattern(canvas, 'repeat');
  // The canvas is scaled: the tile has its own size in device pixels already.
  repeated?.setTransform(new DOMMatrix().scale(6 / canvas.width));
  return repeated ?? back;
}

function line(tile: CanvasRenderingContext2D, ...lines: readonly (readonly [number, number, number, number])[]): void {
  tile.beginPath();
  for (const [x1, y1, x2, y2] of lines) {
    tile.moveTo(x1, y1);
    tile.lineTo(x2, y2);
  }
  tile.stroke();
}
