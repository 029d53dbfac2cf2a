namespace Nin.Ops;

/// <summary>Copies a block of rows: a plain copy, or the channels of one input of a <c>Concat</c>, forth and back.</summary>
interface ICopyBlock : IOp
{
    /// <param name="stream">Order of work.</param>
    /// <param name="block">Rows, columns and strides.</param>
    /// <param name="x">Source, from its first copied element on.</param>
    /// <param name="y">Target, from its first written element on.</param>
    /// <param name="accumulate">Adds to what stands in the target.</param>
    void Run(DeviceStream stream, in Block2d block, DeviceView x, DeviceView y, bool accumulate);
}
