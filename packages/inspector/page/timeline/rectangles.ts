// Rectangles, gathered by kind and painted kind by kind: a canvas is much faster where its colour seldom changes.

import { KINDS, type Kind, type Palette } from './palette.ts';

/** Below this width and height, in pixels, a pattern would be noise. */
const PATTERN_WIDTH = 5;
const PATTERN_HEIGHT = 7;

export class Rectangles {
  readonly #plain = new Map<Kind, number[]>(KINDS.map((kind) => [kind, []]));
  readonly #patterned = new Map<Kind, number[]>(KINDS.map((kind) => [kind, []]));

  /** In pixels. */
  add(kind: Kind, x: number, y: number, width: number, height: number): void {
    const isLarge = width >= PATTERN_WIDTH && height >= PATTERN_HEIGHT;
    (isLarge ? this.#patterned : this.#plain).get(kind)?.push(x, y, width, height);
  }

  /** Paints what was added, and forgets it. */
  paint(context: CanvasRenderingContext2D, palette: Palette): void {
    for (const kind of KINDS) {
      fill(context, palette.plain[kind], this.#plain.get(kind) ?? []);
      fill(context, palette.fill[kind], this.#patterned.get(kind) ?? []);
    }
  }
}

function fill(context: CanvasRenderingContext2D, style: string | CanvasPattern, rectangles: number[]): void {
  if (rectangles.length === 0) return;
  context.fillStyle = style;
  for (let i = 0; i < rectangles.length; i += 4) {
    context.fillRect(rectangles[i] ?? 0, rectangles[i + 1] ?? 0, rectangles[i + 2] ?? 0, rectangles[i + 3] ?? 0);
  }
  rectangles.length = 0;
}
