import { sizeOf } from "../core/shape.ts";
import { type Initializer, normalInit } from "../engine/initializers.ts";

/**
 * Starting weights of CycleGAN and pix2pix: normal with standard deviation 0.02, whatever the size of the layer.
 *
 * @see Zhu et al., ICCV 2017 (appendix 7.1); Radford et al., ICLR 2016
 */
export const cycleGanInit: Initializer = normalInit(0.02);

/**
 * Starting weights that keep the variance of activations through convolution and ReLU: normal with variance 2 / fan-in, where the
 * fan-in of a weight `[O, C, K, K]` is C K².
 *
 * @see He et al., "Delving deep into rectifiers", ICCV 2015, equation 10
 */
export const heConvInit: Initializer = (shape, random) => {
  const fanIn = sizeOf(shape.slice(1));
  return normalInit(Math.sqrt(2 / fanIn))(shape, random);
};
