import type { Span } from '../viewport.ts';

/** From times to pixels, and back. */
export class TimeScale {
  readonly view: Span;
  /** Where the time axis begins, in pixels. */
  readonly left: number;
  readonly width: number;
  readonly #perMs: number;

  constructor(view: Span, left: number, right: number) {
    this.view = view;
    this.left = left;
    this.width = Math.max(right - left, 1);
    this.#perMs = this.width / (view.to - view.from);
  }

  get right(): number {
    return this.left + this.width;
  }

  x(time: number): number {
    return this.left + (time - this.view.from) * this.#perMs;
  }

  time(x: number): number {
    return this.view.from + (x - this.left) / this.#perMs;
  }

  /** The share of the width, from 0 to 1, at which a pixel is. */
  share(x: number): number {
    return Math.min(Math.max((x - this.left) / this.width, 0), 1);
  }
}
