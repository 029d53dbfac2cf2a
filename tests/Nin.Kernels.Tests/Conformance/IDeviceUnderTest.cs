namespace Nin.Kernels.Tests.Conformance;

/// <summary>A device that the conformance tests run on, as a type: each closes <see cref="ConformanceTests{TDevice}"/> or <see cref="ProductTests{TDevice}"/>.</summary>
public interface IDeviceUnderTest
{
    /// <summary>Opens it.</summary>
    static abstract Device Open();

    /// <summary>Why this machine has none, or null where it has.</summary>
    static abstract string? Missing { get; }

    /// <summary>Multiply-adds above which a case takes too long on it.</summary>
    static abstract long MaxMacs { get; }

    /// <summary>One case in this many is taken every time; all of them where NIN_LONG is set.</summary>
    static abstract int Thinning { get; }

    /// <summary>Why a test of this name is run on it only where NIN_LONG is set; null where it is run every time.</summary>
    static virtual string? LeftOut(string test) => null;

    /// <summary>How exactly it multiplies.</summary>
    static virtual Precision Precision => Precision.Float32;
}
