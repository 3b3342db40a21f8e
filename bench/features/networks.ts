import { join } from "node:path";
import type { FeatureNetwork } from "../../src/features/feature-network.ts";
import { openMicroscopyFeatures } from "../../src/features/microscopy-features.ts";
import { openFeatureNetwork } from "../../src/features/open-feature-network.ts";
import type { FeaturePreprocessing } from "../../src/features/preprocessing.ts";

/** As these ImageNet networks are fed: MobileNet −1…1, SqueezeNet grey levels less the mean of each colour. */
const scalings = {
  mobilenet: { isEightBit: true, offset: [127.5, 127.5, 127.5], divisor: [127.5, 127.5, 127.5] },
  squeezenet: { isEightBit: true, offset: [103.939, 116.779, 123.68], divisor: [1, 1, 1] },
} as const;

const files = { mobilenet: "mobilenet_v1_1.0_features.onnx", squeezenet: "squeezenet1.1_features.onnx" } as const;

/** Every network that is compared, by the name of its column: ImageNet's both as published (224 px) and with pixels unresized. */
export function contestants(weights: string, threads: number): Record<string, () => Promise<FeatureNetwork>> {
  const foreign = (name: keyof typeof files, size: FeaturePreprocessing["size"]) => () =>
    openFeatureNetwork(join(weights, files[name]), {
      preprocessing: { ...scalings[name], size },
      output: "features",
      threads,
    });
  const published = { height: 224, width: 224 };
  return {
    ours: () => openMicroscopyFeatures({ threads }),
    "mobilenet 224": foreign("mobilenet", published),
    "mobilenet 128": foreign("mobilenet", "native"),
    "squeezenet 224": foreign("squeezenet", published),
    "squeezenet 128": foreign("squeezenet", "native"),
  };
}
