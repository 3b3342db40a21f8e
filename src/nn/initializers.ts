import type { Initializer } from "../engine/graph.ts";
import { heInit, normalInit } from "../engine/initializers.ts";

/**
 * Starting weights of CycleGAN and pix2pix: normal with standard deviation 0.02, whatever the size of the layer.
 *
 * @see Zhu et al., ICCV 2017, appendix 7.1; after Radford, Metz & Chintala, ICLR 2016
 */
export const cycleGanInit: Initializer = normalInit(0.02);

/** Starting weights of every layer that is not told otherwise, the U-Net's among them: He's, for convolution and ReLU. */
export const convInit: Initializer = heInit();
