/** Edge of training pictures, in canonical pixels: nearly five nuclei. */
export const CROP_PX = 96;
