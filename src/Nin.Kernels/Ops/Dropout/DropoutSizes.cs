namespace Nin.Ops;

/// <summary>What the kernel of dropout reads beside its arrays.</summary>
/// <param name="Key">What decides the mask.</param>
/// <param name="Scale">Factor of an element that is kept.</param>
/// <param name="Length">Elements of one example.</param>
/// <param name="Blocks">Blocks of four random words that an example takes.</param>
/// <param name="Examples">Examples.</param>
/// <param name="Accumulate">1 where the result is added to what stands there.</param>
readonly record struct DropoutSizes(DropoutKey Key, float Scale, long Length, long Blocks, int Examples, int Accumulate);
