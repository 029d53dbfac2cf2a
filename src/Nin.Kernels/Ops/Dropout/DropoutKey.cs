namespace Nin.Ops;

/// <summary>
/// What decides which elements a dropout layer drops: nothing but these numbers and the element's place in its example, so that the
/// backward pass, another device and another split of the batch find the same mask.
/// </summary>
/// <param name="Probability">Share of elements that become zero, 0 to 1; the others are scaled by <c>1 / (1 - Probability)</c>.</param>
/// <param name="Seed">The network's seed: the Philox key.</param>
/// <param name="Layer">The last word of the counter: <see cref="Numerics.RandomPurpose.Dropout"/> plus the layer's number in its network.</param>
/// <param name="Step">The training step.</param>
/// <param name="FirstExample">Global index of the batch's first example.</param>
public readonly record struct DropoutKey(float Probability, ulong Seed, int Layer, int Step, int FirstExample);
