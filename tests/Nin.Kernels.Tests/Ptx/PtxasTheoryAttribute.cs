namespace Nin.Kernels.Tests.Ptx;

/// <summary>A theory that needs the assembler.</summary>
[AttributeUsage(AttributeTargets.Method)]
sealed class PtxasTheoryAttribute : TheoryAttribute
{
    public PtxasTheoryAttribute() => Skip = Ptxas.Missing;
}
