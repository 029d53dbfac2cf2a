namespace Nin.Numerics;

/// <summary>One block of random bits. Four named words and no array, so that a kernel can hold it in registers.</summary>
/// <param name="X0">Word 0.</param>
/// <param name="X1">Word 1.</param>
/// <param name="X2">Word 2.</param>
/// <param name="X3">Word 3.</param>
public readonly record struct PhiloxBlock(uint X0, uint X1, uint X2, uint X3);
