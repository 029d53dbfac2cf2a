namespace Nin.Checkpoints;

/// <summary>Element types of safetensors files that Nin reads and writes; the names are the format's.</summary>
public enum SafetensorsType
{
    /// <summary>32-bit floats.</summary>
    F32,

    /// <summary>64-bit signed integers.</summary>
    I64,
}
