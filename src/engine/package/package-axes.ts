import { ShapeError } from "../../core/errors.ts";
import { formatShape, type Shape } from "../../core/shape.ts";
import type { Tensor } from "../../core/tensor.ts";

/** Meaning of one axis of a tensor. Extents are those of the file. */
export type PackageAxis =
  | { readonly type: "batch" }
  | { readonly type: "channel"; readonly names: readonly string[] }
  | PackageSpace;

/** An axis along which there are pixels. */
export interface PackageSpace {
  readonly type: "space";
  readonly id: "x" | "y" | "z";
  readonly unit?: "micrometer" | "nanometer";
  /** Edge of a pixel in `unit`; without one, beside the pixels of other axes. */
  readonly scale?: number;
  /** Of an output: the input whose axis of the same id it shows, as long as that one, in pixels of its own scale. */
  readonly follows?: string;
  /** Of an output that follows: pixels at either end that feel the edge of the input, and are to be cut off from tiles. */
  readonly halo?: number;
}

/** What axes may follow: tensors by name, with their shapes. */
export type Followed = Readonly<
  Record<string, { readonly axes: readonly PackageAxis[]; readonly test: Pick<Tensor, "shape"> }>
>;

/**
 * Axes of a tensor as `rdf.yaml` has them.
 *
 * @param where the tensor, for messages
 * @throws {@link ShapeError} when they do not describe that shape, or one follows an axis that has another length
 */
export function axesOf(
  where: string,
  axes: readonly PackageAxis[],
  shape: Shape,
  followed: Followed,
): Record<string, unknown>[] {
  const extentFits = (axis: PackageAxis, extent: number | undefined) =>
    axis.type === "batch" ? extent === 1 : axis.type !== "channel" || axis.names.length === extent;
  if (axes.length !== shape.length || !axes.every((axis, i) => extentFits(axis, shape[i])))
    throw new ShapeError({
      where,
      expected: `an axis for each extent of ${formatShape(shape)}: a batch of 1, a name for each channel`,
      received: axes.map((axis) => (axis.type === "channel" ? `${axis.names.length} channels` : axis.type)).join(", "),
    });
  return axes.map((axis, i) => {
    if (axis.type === "batch") return { type: "batch", size: 1 };
    if (axis.type === "channel") return { type: "channel", channel_names: axis.names };
    const { follows, ...own } = axis;
    if (follows === undefined) return { ...own, size: shape[i] };
    requireLength(where, axis, shape[i]!, followed[follows]);
    return { ...own, size: { tensor_id: tensorId(follows), axis_id: axis.id, offset: 0 } };
  });
}

/** Makes sure that an axis is as long as the one that it follows, and that its halo leaves something of it. */
function requireLength(
  where: string,
  { id, scale = 1, halo = 0 }: PackageSpace,
  extent: number,
  input: Followed[string] | undefined,
): void {
  const at = input?.axes.findIndex((axis) => axis.type === "space" && axis.id === id) ?? -1;
  const axis = input?.axes[at] as PackageSpace | undefined;
  const expected = axis ? Math.floor((input!.test.shape[at]! * (axis.scale ?? 1)) / scale + 1e-6) : undefined;
  if (expected === extent && 2 * halo < extent) return;
  throw new ShapeError({
    where: `${where}, axis ${id}`,
    expected:
      expected === undefined
        ? "an axis of the same id in the input that it follows"
        : `${expected} pixels, as the input's size and both scales make them, and a halo that leaves some`,
    received: expected === undefined ? "none" : `${extent} pixels, ${halo} of them halo at either end`,
  });
}

/** Identifiers of the zoo are lower case, with underscores. */
export function tensorId(name: string): string {
  const id = name.toLowerCase().replaceAll(/[^a-z0-9]+/g, "_");
  return /^[a-z]/.test(id) ? id : `t_${id}`;
}
