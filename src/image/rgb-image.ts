/** Colour picture for the screen: 8 bits per channel, interleaved `[H, W, 3]`, red green blue. */
export interface RgbImage {
  readonly data: Uint8Array;
  readonly height: number;
  readonly width: number;
}
